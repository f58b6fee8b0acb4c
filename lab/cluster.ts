import { rm } from "node:fs/promises";
import {
  type ControlPlane,
  ensureClusterObjects,
  ensureControlPlane,
  ensureNodeKubeconfig,
} from "./clusters/control-plane";
import { controlPlaneFiles } from "./clusters/control-plane-services";
import { corefile } from "./clusters/dns";
import { loadBalancerCommand } from "./load-balancer/controller";
import { clusterAddresses } from "./network/addresses";
import { deleteNamespace, namespaceName, namespacePrefix } from "./network/namespaces";
import { ensureNodeNetwork, ensurePublicAddresses, removePublicAddresses } from "./network/wiring";
import { raiseLimits } from "./nodes/limits";
import { type ClusterNode, type NodePlace, removeNodeRest, startNode, waitForNode } from "./nodes/node";
import { isRootless } from "./rootless";
import { clusterPaths, type ClusterState, labFolder, type LabState } from "./state";
import type { Toolchain } from "./toolchain";
import { PAUSE_IMAGE } from "./toolchain/images";

/** Names of a cluster's nodes. The first has the public addresses, and its network is the control plane's too. */
export function nodeNames({ name, nodes = 1 }: Pick<ClusterState, "name" | "nodes">): [string, ...string[]] {
  const further = Array.from({ length: nodes - 1 }, (_, index) => `${name}-node${index + 2}`);
  return [`${name}-node1`, ...further];
}

/** Brings one cluster up, whatever is left of it: network, control plane, nodes. */
export async function ensureCluster(state: LabState, name: string, toolchain: Toolchain): Promise<void> {
  const { cluster } = findCluster(state, name);
  const plane = controlPlane(state, name);
  const places = nodePlaces(state, cluster);
  for (const place of places) await ensureNodeNetwork(state.name, state.slot, place);
  await ensurePublicAddresses(state.name, state.slot, places[0], plane.addresses);
  await ensureControlPlane(plane, toolchain);
  // A kubelet needs control groups that a user has not.
  if (!isRootless()) await startNodes(state, cluster, toolchain);
}

/** Starts those nodes of a cluster that do not run, and waits until pods can run on all of them. */
export async function startNodes(
  state: LabState,
  cluster: ClusterState,
  toolchain: Toolchain,
): Promise<void> {
  await raiseLimits();
  const plane = controlPlane(state, cluster.name);
  const [first, ...others] = nodePlaces(state, cluster);
  const config = (place: NodePlace) => nodeConfig(plane, cluster, place, toolchain);
  const nodes = [
    { ...(await config(first)), ...clusterServices(cluster, first, plane, toolchain) },
    ...(await Promise.all(others.map(config))),
  ];
  await Promise.all(nodes.map((node) => startNode(node, toolchain.imageStore)));
  await ensureClusterObjects(plane, toolchain);
  await Promise.all(nodes.map((node) => waitForNode(plane.kubeconfig, node)));
}

/** Takes one cluster away, with its network if it was the last one there. */
export async function removeClusterParts(state: LabState, name: string): Promise<void> {
  const { cluster, network } = findCluster(state, name);
  const places = nodePlaces(state, cluster);
  await Promise.all(places.map(({ namespace }) => deleteNamespace(namespace)));
  await Promise.all(places.map(removeNodeRest));
  await removePublicAddresses(state.name, state.slot, cluster.index);
  const isLast = state.clusters.every((other) => other === cluster || other.network !== network.name);
  if (isLast) await deleteNamespace(namespaceName.network(state.name, network.name));
  await rm(clusterPaths(labFolder(state.name), name).dir, { recursive: true, force: true });
}

/** The control plane of a cluster. */
export function controlPlane(state: LabState, name: string): ControlPlane {
  const { cluster } = findCluster(state, name);
  const { controlPlane: folder, kubeconfig, auditLog } = clusterPaths(labFolder(state.name), name);
  return {
    name,
    namespace: namespaceName.node(state.name, nodeNames(cluster)[0]),
    addresses: clusterAddresses(state.slot, cluster),
    folder,
    kubeconfig,
    auditLog: state.audit ? auditLog : undefined,
    aggregatorRouting: cluster.aggregatorRouting ?? false,
  };
}

/** Where the nodes of a cluster are. */
export function nodePlaces(state: LabState, cluster: ClusterState): [NodePlace, ...NodePlace[]] {
  const { network } = findCluster(state, cluster.name);
  const { nodes } = clusterAddresses(state.slot, cluster);
  return nodeNames(cluster).map((name, index) => ({
    name,
    namespace: namespaceName.node(state.name, name),
    folder: clusterPaths(labFolder(state.name), cluster.name).node(name),
    cgroup: `${namespacePrefix(state.name)}${name}`,
    network: network.name,
    networkIndex: network.index,
    cable: `c${cluster.index}n${index + 1}`,
    ...nodes[index]!,
  })) as [NodePlace, ...NodePlace[]];
}

/** A cluster and its network, by the cluster's name. */
export function findCluster(state: LabState, name: string) {
  const cluster = state.clusters.find((candidate) => candidate.name === name);
  const names = state.clusters.map((candidate) => candidate.name).join(", ");
  if (cluster === undefined) throw new Error(`Lab ${state.name} has no cluster ${name}; it has ${names}.`);
  const network = state.networks.find((candidate) => candidate.name === cluster.network)!;
  return { cluster, network };
}

async function nodeConfig(
  plane: ControlPlane,
  cluster: ClusterState,
  place: NodePlace,
  toolchain: Toolchain,
): Promise<ClusterNode> {
  return {
    ...place,
    clusterDns: plane.addresses.dns,
    labels: {
      "topology.kubernetes.io/region": cluster.network,
      "topology.kubernetes.io/zone": cluster.name,
    },
    kubeconfig: await ensureNodeKubeconfig(plane, toolchain, place.name),
    pauseImage: PAUSE_IMAGE,
    proxyKubeconfig: plane.kubeconfig,
    clientCa: controlPlaneFiles(plane).ca,
    bin: toolchain.bin,
    services: {},
    etc: {},
  };
}

/** What runs once in a cluster, on its first node: the DNS server, and in place of a cloud its load balancers. */
function clusterServices(
  { loadBalancer }: ClusterState,
  { address }: NodePlace,
  { kubeconfig, addresses }: ControlPlane,
  { bin }: Toolchain,
): Pick<ClusterNode, "services" | "etc"> {
  return {
    etc: { "coredns/Corefile": corefile(kubeconfig, address) },
    services: {
      coredns: [bin.coredns, "-conf", "/etc/coredns/Corefile"],
      "load-balancer": loadBalancerCommand(kubeconfig, addresses.publicCidr, loadBalancer),
    },
  };
}
