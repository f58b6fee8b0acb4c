import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensureCluster, findCluster, nodeNames, nodePlaces, removeClusterParts } from "./cluster";
import { mergeKubeconfigs } from "./clusters/control-plane";
import { API_PORT, clusterAddresses, firstFreeIndex } from "./network/addresses";
import { deleteNamespace, listNamespaces, namespacePids, namespacePrefix } from "./network/namespaces";
import { ensureHub, ensureNetwork } from "./network/wiring";
import { removeCgroups } from "./nodes/cgroups";
import { requireRoot } from "./rootless";
import { checkLabName, checkSpec, type ClusterSpec, type LabSpec } from "./spec";
import {
  clusterPaths,
  labFolder,
  type LabState,
  readState,
  requireState,
  removeLabFolder,
  writeFileAtomically,
  writeState,
} from "./state";
import { defaultCacheFolder, type Toolchain } from "./toolchain";
import { withFileLock } from "./toolchain/file-lock";

export { defaultSpec, type ClusterSpec, type LabSpec } from "./spec";
export * from "./levers";
export { labNames as list } from "./state";

/** A running lab. */
export interface Lab {
  name: string;
  /** Folder with everything of the lab. */
  dir: string;
  /** Kubeconfig with one context per cluster, named after it. */
  kubeconfig: string;
  /** Istio's charts. */
  charts: string;
  clusters: LabCluster[];
}

/** One cluster of a running lab. */
export interface LabCluster {
  name: string;
  network: string;
  /** Its number in the address plan; it never changes. */
  index: number;
  /** URL of the API server, reachable from the host and from every network. */
  apiServer: string;
  /** Kubeconfig with this cluster's context only. */
  kubeconfig: string;
  /** Names of its nodes. */
  nodes: string[];
  /** What its API server was asked for, where the lab's spec has `audit`: a JSON object a line. */
  auditLog: string;
}

/** Reports that a step begins or has ended, for showing progress. */
export type Progress = (cluster: string, state: "starting" | "up") => void;

/**
 * Brings a lab up: starts what of it does not run, adds clusters that the spec has and the lab has not, and mends what
 * an interrupted run has left. Clusters that the spec does not name stay as they are.
 */
export async function up(spec: LabSpec, toolchain: Toolchain, onProgress: Progress = () => {}): Promise<Lab> {
  checkSpec(spec);
  return changeLab(spec.name, async () => {
    const state = await plan(spec);
    await bringUp(state, toolchain, onProgress);
    return writeLab(state);
  });
}

/** How many clusters start at the same time: of twenty, no API server would answer its clients in time. */
const AT_ONCE = 8;

async function bringUp(state: LabState, toolchain: Toolchain, onProgress: Progress): Promise<void> {
  await cp(toolchain.charts, join(labFolder(state.name), "charts"), { recursive: true });
  for (const { name, index } of state.networks) await ensureNetwork(state.name, state.slot, name, index);
  const waiting = state.clusters.values();
  const lane = async () => {
    for (const { name } of waiting) {
      onProgress(name, "starting");
      await ensureCluster(state, name, toolchain);
      onProgress(name, "up");
    }
  };
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  const failures = results.flatMap((each) => (each.status === "rejected" ? [each.reason as Error] : []));
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join("\n"));
}

/** The lab as it was last brought up, whether or not it runs now. */
export async function openLab(name: string): Promise<Lab> {
  return describe(await requireState(name));
}

/** What runs of a lab. */
export async function status(name: string) {
  const state = await requireState(name);
  const { dir, clusters } = describe(state);
  const withProcesses = clusters.map(async (cluster, index) => {
    const places = nodePlaces(state, state.clusters[index]!);
    const pids = await Promise.all(places.map(({ namespace }) => namespacePids(namespace)));
    return { ...cluster, processes: pids.flat().length };
  });
  return { name, dir, clusters: await Promise.all(withProcesses) };
}

/** Removes every process, namespace, control group, route and file of a lab, whatever state it is in. */
export async function down(name: string): Promise<void> {
  return changeLab(name, async () => {
    await Promise.all((await listNamespaces(namespacePrefix(name))).map(deleteNamespace));
    await removeCgroups(namespacePrefix(name));
    await removeLabFolder(name);
  });
}

/** Takes one cluster out of a running lab. */
export async function removeCluster(name: string, cluster: string): Promise<Lab> {
  return changeLab(name, async () => {
    const state = await requireState(name);
    findCluster(state, cluster);
    await removeClusterParts(state, cluster);
    const clusters = state.clusters.filter((candidate) => candidate.name !== cluster);
    const networks = state.networks.filter(({ name }) => clusters.some(({ network }) => network === name));
    const changed = { ...state, clusters, networks };
    await writeState(changed);
    return writeLab(changed);
  });
}

/** Runs an action that changes a lab, once it is clear that it may. */
async function changeLab<T>(name: string, action: () => Promise<T>): Promise<T> {
  requireRoot();
  checkLabName(name);
  // Not in the lab's folder, which goes with the lab. Labs of one name are of one machine, whichever checkout they are of.
  const locks = join(defaultCacheFolder(), "locks");
  await mkdir(locks, { recursive: true });
  const onWait = () => console.error(`Another process is changing lab ${name}: waiting for it.`);
  return withFileLock(join(locks, name), onWait, action);
}

/** Claims an address range and gives numbers to what has none. Numbers that were given out stay. */
async function plan(spec: LabSpec): Promise<LabState> {
  const { name, audit = false } = spec;
  const before = await readState(name);
  const slot = await ensureHub(name, labFolder(name), before?.slot);
  const state: LabState = before ?? { name, slot, networks: [], clusters: [], audit };
  for (const cluster of spec.clusters) placeCluster(state, cluster);
  await writeState(state);
  return state;
}

/** Gives a cluster and its network numbers, or the cluster's changed settings to the one that is there. */
function placeCluster(state: LabState, { ranges, ...cluster }: ClusterSpec): void {
  const { name, network } = cluster;
  const known = state.clusters.find((candidate) => candidate.name === name);
  if (known !== undefined && known.network !== network) {
    throw new Error(
      `Cluster ${name} of lab ${state.name} is on network ${known.network}, not on ${network}: remove it first.`,
    );
  }
  if (!state.networks.some((candidate) => candidate.name === network)) {
    state.networks.push({ name: network, index: firstFreeIndex(state.networks.map(({ index }) => index)) });
  }
  if (known !== undefined) {
    Object.assign(known, cluster);
    return;
  }
  const index = firstFreeIndex(state.clusters.map((other) => other.index));
  const free = firstFreeIndex(state.clusters.map((other) => other.ranges));
  state.clusters.push({ ...cluster, index, ranges: ranges ?? free });
}

async function writeLab(state: LabState): Promise<Lab> {
  const lab = describe(state);
  await writeFileAtomically(
    lab.kubeconfig,
    mergeKubeconfigs(lab.clusters.map(({ kubeconfig }) => kubeconfig)),
  );
  return lab;
}

function describe(state: LabState): Lab {
  const dir = labFolder(state.name);
  const clusters = state.clusters.map((cluster): LabCluster => {
    const { name, network, index } = cluster;
    const { kubeconfig, auditLog } = clusterPaths(dir, name);
    const apiServer = `https://${clusterAddresses(state.slot, cluster).api}:${API_PORT}`;
    const nodes = nodeNames(cluster);
    return { name, network, index, apiServer, kubeconfig, nodes, auditLog };
  });
  const [kubeconfig, charts] = [join(dir, "kubeconfig"), join(dir, "charts")];
  return { name: state.name, dir, kubeconfig, charts, clusters };
}
