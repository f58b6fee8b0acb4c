import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { waitUntilReady } from "../clusters/ready";
import type { NodeWiring } from "../network/wiring";
import { cloneImageStore } from "../toolchain/image-store";
import { ensureCgroup, removeCgroups } from "./cgroups";
import { type NodeConfig, nodeFiles, nodeServices } from "./config";
import { ensureMachine } from "./machine";

/** Where a node is. */
export interface NodePlace extends NodeWiring {
  name: string;
  folder: string;
  /** Its control group. */
  cgroup: string;
}

/** A node: containerd, kubelet and kube-proxy in a machine of their own. */
export interface ClusterNode extends NodePlace, NodeConfig {
  /** Files of its /etc and command lines of its services beside those that every node has. */
  etc: Record<string, string>;
  services: Record<string, string[]>;
}

/** Starts a node unless it runs. */
export async function startNode(node: ClusterNode, imageStore: string): Promise<void> {
  await ensureCgroup(node.cgroup);
  await cloneImageStore(imageStore, join(node.folder, "var/lib/containerd"));
  await ensureMachine({
    ...node,
    etc: { ...nodeFiles(node), ...node.etc },
    services: { ...nodeServices(node), ...node.services },
  });
}

/** Removes what a node has left once its network namespace is gone, and with it every process. */
export async function removeNodeRest({ folder, cgroup }: NodePlace): Promise<void> {
  await removeCgroups(cgroup);
  await rm(folder, { recursive: true, force: true });
}

/** Waits until pods can run on a node. */
export async function waitForNode(kubeconfig: string, { name, folder }: ClusterNode): Promise<void> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  const core = kubeConfig.makeApiClient(CoreV1Api);
  await waitUntilReady(`Node ${name}`, { seconds: 90, logs: join(folder, "var/log") }, async () => {
    const { status } = await core.readNode({ name });
    return status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  });
}
