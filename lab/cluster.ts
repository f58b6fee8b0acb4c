import { mkdir, rm } from "node:fs/promises";
import { ensureControlPlane, type ControlPlane } from "./clusters/kwok";
import { ensureKubeProxy } from "./clusters/kube-proxy";
import { ensureRuntime } from "./clusters/runtime";
import { clusterAddresses } from "./network/addresses";
import { deleteNamespace, listNamespaces, namespaceName, namespacePrefix } from "./network/namespaces";
import { ensureNode, removeNodeRoutes } from "./network/wiring";
import { clusterPaths, labFolder, type LabState } from "./state";
import type { Toolchain } from "./toolchain";

/** Name of the one node of a cluster. */
export const nodeName = (cluster: string) => `${cluster}-node`;

/** Brings one cluster up, whatever is left of it: network, control plane, kube-proxy, pod runtime. */
export async function ensureCluster(state: LabState, name: string, toolchain: Toolchain): Promise<void> {
  const { cluster, network } = findCluster(state, name);
  const namespace = namespaceName.node(state.name, name);
  const paths = clusterPaths(labFolder(state.name), name);
  const { podCidr } = clusterAddresses(state.slot, cluster.index);
  await ensureNode(state.name, state.slot, { ...cluster, networkIndex: network.index });
  for (const folder of [paths.logs, paths.pods]) await mkdir(folder, { recursive: true });
  await ensureControlPlane(controlPlane(state, name), toolchain);
  const { kubeconfig, dir, logs } = paths;
  const binary = toolchain.bin.kubeProxy;
  await ensureKubeProxy({ namespace, binary, dir, logs, kubeconfig, node: nodeName(name), podCidr });
  await ensureRuntime(state, cluster, toolchain);
}

/** Takes one cluster away, with its network if it was the last one there. */
export async function removeClusterParts(state: LabState, name: string): Promise<void> {
  const { cluster, network } = findCluster(state, name);
  await deleteNamespaces([namespaceName.node(state.name, name), ...(await podNamespaces(state.name, name))]);
  await removeNodeRoutes(state.name, state.slot, cluster.index);
  const isLast = state.clusters.every((other) => other === cluster || other.network !== network.name);
  if (isLast) await deleteNamespace(namespaceName.network(state.name, network.name));
  const { dir, kwok } = clusterPaths(labFolder(state.name), name);
  for (const folder of [dir, kwok]) await rm(folder, { recursive: true, force: true });
}

/** Namespaces of the pods of a cluster. */
export function podNamespaces(lab: string, cluster: string): Promise<string[]> {
  return listNamespaces(namespacePrefix.pods(lab, cluster));
}

export async function deleteNamespaces(names: string[]): Promise<void> {
  await Promise.all(names.map(deleteNamespace));
}

/** The control plane of a cluster. */
export function controlPlane(state: LabState, name: string): ControlPlane {
  const { cluster } = findCluster(state, name);
  const { kubeconfig, kwok, kwokRoot } = clusterPaths(labFolder(state.name), name);
  return {
    name,
    namespace: namespaceName.node(state.name, name),
    addresses: clusterAddresses(state.slot, cluster.index),
    dir: kwok,
    kubeconfig,
    kwokRoot,
    audit: state.audit ?? false,
  };
}

/** A cluster and its network, by the cluster's name. */
export function findCluster(state: LabState, name: string) {
  const cluster = state.clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) {
    const names = state.clusters.map((candidate) => candidate.name).join(", ");
    throw new Error(`Lab ${state.name} has no cluster ${name}; it has ${names}.`);
  }
  const network = state.networks.find((candidate) => candidate.name === cluster.network)!;
  return { cluster, network };
}
