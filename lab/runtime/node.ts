import {
  CoordinationV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  type V1Node,
} from "@kubernetes/client-node";
import { describeError, ignore } from "./api-errors";
import type { RuntimeConfig } from "./config";

const HEARTBEAT_MS = 10_000;
const LEASE_SECONDS = 40;
const LEASE_NAMESPACE = "kube-node-lease";

/** What the scheduler may hand out. It is no promise of the machine: the lab's pods need little of what they ask for. */
const CAPACITY = { cpu: "64", memory: "256Gi", "ephemeral-storage": "1Ti", pods: "250" };

/** Registers the node that real pods run on, and keeps it Ready for as long as this process lives. */
export async function registerNode(kubeConfig: KubeConfig, config: RuntimeConfig): Promise<void> {
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const coordination = kubeConfig.makeApiClient(CoordinationV1Api);
  const { name } = config.node;
  await core.createNode({ body: node(config) }).catch(ignore(409));
  const beat = async () => {
    await renewLease(coordination, name);
    const request = { name, body: { status: node(config).status } };
    await core.patchNodeStatus(request, setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch));
  };
  const report = (error: unknown) => console.error(`heartbeat of node ${name}:`, describeError(error));
  await beat().catch(report);
  setInterval(() => void beat().catch(report), HEARTBEAT_MS);
}

async function renewLease(coordination: CoordinationV1Api, name: string): Promise<void> {
  const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: new V1MicroTime() };
  const request = { namespace: LEASE_NAMESPACE, name, body: { spec } };
  const header = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  try {
    await coordination.patchNamespacedLease(request, header);
  } catch (error) {
    ignore(404)(error);
    await coordination.createNamespacedLease({
      namespace: LEASE_NAMESPACE,
      body: { metadata: { name }, spec },
    });
  }
}

function node({ node, topology }: RuntimeConfig): V1Node {
  const now = new Date();
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: {
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": node.name,
        "topology.kubernetes.io/region": topology.region,
        "topology.kubernetes.io/zone": topology.zone,
      },
    },
    spec: { podCIDR: node.podCidr, podCIDRs: [node.podCidr] },
    status: {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      addresses: [
        { type: "InternalIP", address: node.address },
        { type: "Hostname", address: node.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: node.kubeletPort } },
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "PodRuntimeReady",
          message: "the lab's pod runtime runs",
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        },
      ],
    },
  };
}
