import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { clusterAddresses } from "../network/addresses";
import { namespaceName } from "../network/namespaces";
import type { RuntimeConfig } from "../runtime/config";
import { clusterPaths, labFolder, type LabState, writeFileAtomically } from "../state";
import type { Toolchain } from "../toolchain";
import { KUBELET_PORT } from "./kwok";
import { ensureDaemon } from "./processes";

const NODE_TIMEOUT_MS = 60_000;
const NODE_POLL_MS = 100;

/** Runs the pod runtime of a cluster, in the node's namespace: what the kubelet and a container engine are elsewhere. */
export async function ensureRuntime(
  state: LabState,
  cluster: LabState["clusters"][number],
  { bin, envoyBootstrap }: Toolchain,
): Promise<void> {
  const { runtimeConfig, kubeconfig, pods, logs } = clusterPaths(labFolder(state.name), cluster.name);
  const { node, podCidr, apiService, publicCidr } = clusterAddresses(state.slot, cluster.index);
  const config: RuntimeConfig = {
    lab: state.name,
    cluster: cluster.name,
    node: { name: `${cluster.name}-node`, address: node, podCidr, kubeletPort: KUBELET_PORT },
    topology: { region: cluster.network, zone: cluster.name },
    apiService,
    publicCidr,
    kubeconfig,
    pods,
    binaries: {
      pilotDiscovery: bin.pilotDiscovery,
      pilotAgent: bin.pilotAgent,
      envoy: bin.envoy,
      envoyBootstrap,
      certManagerController: bin.certManagerController,
      vault: bin.vault,
    },
  };
  await writeFileAtomically(runtimeConfig, `${JSON.stringify(config, undefined, 2)}\n`);
  await ensureDaemon({
    namespace: namespaceName.node(state.name, cluster.name),
    command: [
      process.execPath,
      "--import",
      "tsx",
      resolve(__dirname, "..", "runtime", "main.ts"),
      runtimeConfig,
    ],
    log: join(logs, "runtime.log"),
    mark: runtimeConfig,
  });
  await waitForNode(kubeconfig, config.node.name, join(logs, "runtime.log"));
}

/** A node that does not become ready means that the runtime does not run. */
async function waitForNode(kubeconfig: string, name: string, log: string): Promise<void> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const deadline = Date.now() + NODE_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const node = await core.readNode({ name }).catch(() => undefined);
    if (node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) return;
    await sleep(NODE_POLL_MS);
  }
  throw new Error(
    `Node ${name} was not ready within ${NODE_TIMEOUT_MS / 1000} s; the pod runtime's log: ${log}`,
  );
}
