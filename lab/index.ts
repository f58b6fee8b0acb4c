import { cp } from "node:fs/promises";
import { join } from "node:path";
import {
  deleteNamespaces,
  ensureCluster,
  findCluster,
  nodeName,
  podNamespaces,
  removeClusterParts,
} from "./cluster";
import { mergeKubeconfigs } from "./clusters/kwok";
import { withLabLock } from "./lock";
import { API_PORT, clusterAddresses, firstFreeIndex } from "./network/addresses";
import {
  listNamespaces,
  namespacePids,
  namespaceName,
  namespacePrefix,
  requireNamespaces,
} from "./network/namespaces";
import { ensureHub, ensureNetwork } from "./network/wiring";
import { checkLabName, checkSpec, type LabSpec } from "./spec";
import {
  clusterPaths,
  labFolder,
  labNames,
  type LabState,
  readState,
  removeLabFolder,
  requireOwnFolder,
  writeFileAtomically,
  writeState,
} from "./state";
import type { Toolchain } from "./toolchain";

export { defaultSpec, type ClusterSpec, type LabSpec } from "./spec";
export * from "./levers";

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
  node: string;
  podCidr: string;
  logs: string;
  /** What its API server was asked for, where the lab's spec has `audit`: a JSON object a line. */
  auditLog: string;
}

/** What is left or running of a lab. */
export interface LabStatus {
  name: string;
  dir: string;
  clusters: (LabCluster & { processes: number; pods: number })[];
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

async function bringUp(state: LabState, toolchain: Toolchain, onProgress: Progress): Promise<void> {
  await copyCharts(state, toolchain);
  for (const { name, index } of state.networks) await ensureNetwork(state.name, state.slot, name, index);
  const names = state.clusters.map(({ name }) => name);
  const results = await Promise.allSettled(
    names.map(async (name) => {
      onProgress(name, "starting");
      await ensureCluster(state, name, toolchain);
      onProgress(name, "up");
    }),
  );
  const failures = results
    .filter((result) => result.status === "rejected")
    .map(({ reason }) => reason as Error);
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join("\n"));
}

/** The lab as it was last brought up, whether or not it runs now. */
export async function openLab(name: string): Promise<Lab> {
  return describe(await requireState(name));
}

/** What runs of a lab. */
export async function status(name: string): Promise<LabStatus> {
  const lab = await openLab(name);
  const clusters = await Promise.all(
    lab.clusters.map(async (cluster) => ({
      ...cluster,
      processes: (await namespacePids(namespaceName.node(name, cluster.name))).length,
      pods: (await podNamespaces(name, cluster.name)).length,
    })),
  );
  return { name, dir: lab.dir, clusters };
}

/** Names of the labs of this checkout. */
export const list = labNames;

/** Removes every process, namespace, route and file of a lab, whatever state it is in. */
export async function down(name: string): Promise<void> {
  return changeLab(name, async () => {
    const nodes = await listNamespaces(namespacePrefix.lab(name));
    // The pod runtimes first, so that they do not restart what is being ended.
    const isNode = (namespace: string) => namespace.startsWith(namespaceName.node(name, ""));
    await deleteNamespaces(nodes.filter(isNode));
    await deleteNamespaces(await listNamespaces(namespacePrefix.lab(name)));
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
  requireNamespaces();
  checkLabName(name);
  await requireOwnFolder(name);
  return withLabLock(name, action);
}

/** Claims an address range and gives numbers to what has none. Numbers that were given out stay. */
async function plan(spec: LabSpec): Promise<LabState> {
  const before = await readState(spec.name);
  const slot = await ensureHub(spec.name, labFolder(spec.name), before?.slot);
  const state: LabState = before ?? {
    name: spec.name,
    slot,
    networks: [],
    clusters: [],
    audit: spec.audit ?? false,
  };
  for (const { name, network } of spec.clusters) {
    const known = state.clusters.find((cluster) => cluster.name === name);
    if (known !== undefined && known.network !== network) {
      throw new Error(
        `Cluster ${name} of lab ${spec.name} is on network ${known.network}, not on ${network}: remove it first.`,
      );
    }
    if (!state.networks.some((candidate) => candidate.name === network)) {
      state.networks.push({ name: network, index: firstFreeIndex(state.networks.map(({ index }) => index)) });
    }
    if (known === undefined) {
      state.clusters.push({ name, network, index: firstFreeIndex(state.clusters.map(({ index }) => index)) });
    }
  }
  await writeState(state);
  return state;
}

async function copyCharts(state: LabState, { charts }: Toolchain): Promise<void> {
  await cp(charts, join(labFolder(state.name), "charts"), { recursive: true });
}

async function writeLab(state: LabState): Promise<Lab> {
  const lab = describe(state);
  const merged = await mergeKubeconfigs(lab.clusters.map(({ kubeconfig }) => kubeconfig));
  await writeFileAtomically(lab.kubeconfig, merged);
  return lab;
}

async function requireState(name: string): Promise<LabState> {
  checkLabName(name);
  const state = await readState(name);
  if (state === undefined)
    throw new Error(`There is no lab ${name} here: bring it up with npm run lab -- up.`);
  return state;
}

function describe(state: LabState): Lab {
  const dir = labFolder(state.name);
  const clusters = state.clusters.map(({ name, network, index }): LabCluster => {
    const { api, podCidr } = clusterAddresses(state.slot, index);
    const { kubeconfig, logs, auditLog } = clusterPaths(dir, name);
    const apiServer = `https://${api}:${API_PORT}`;
    return { name, network, index, apiServer, kubeconfig, node: nodeName(name), podCidr, logs, auditLog };
  });
  return {
    name: state.name,
    dir,
    kubeconfig: join(dir, "kubeconfig"),
    charts: join(dir, "charts"),
    clusters,
  };
}
