import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import type { Lab } from "../lab";
import type { PulumiToolchain } from "../lab/toolchain";
import { writeLabProject } from "../ops/lab-mesh";
import { openStack, type StackPlace } from "../ops/stack";
import { exportState } from "../ops/state";
import { type Changes, type Form, meshOf, observedBy } from "./forms";
import type { ObjectStore } from "./object-store";
import { childrenCpu, childrenWritten, type Usage, watchProcesses } from "./process-usage";
import { RequestCounter } from "./requests";
import { synchronised } from "./synchronised";

/** What one phase took. */
export interface Phase {
  readonly name: string;
  /** Seconds on the clock. */
  readonly wall: number;
  /** Seconds of user and system of every process that the phase ran. */
  readonly cpu: number;
  /** What these have written to files on a disk: nearly all of it is the backend's. Bytes. */
  readonly written: number;
  /** What each API server was asked on average. */
  readonly requests: number;
  readonly processes: Record<string, Usage>;
}

/** A stack's state. */
export interface StateSize {
  readonly resources: number;
  /** What is in the backend: bytes. */
  readonly stored: number;
  /** As text, which the engine writes anew at each step: bytes. */
  readonly text: number;
  /** Number of resources and bytes of text by type, largest first. */
  readonly types: readonly { readonly type: string; readonly count: number; readonly bytes: number }[];
}

/** Name of the phase in which a mesh is made, by whatever way. */
export const FIRST = "first up";

const ROTATION = "replace a token";

/** What a mesh of this program goes through, in this order. */
export const PHASES = [
  FIRST,
  "no-op preview",
  "no-op up",
  ROTATION,
  "add a cluster",
  "remove a cluster",
  "destroy",
] as const;

type PhaseName = (typeof PHASES)[number];

/** How a mesh of this program is measured. */
export interface ProgramOptions {
  /** Which phases are gone through; that in which it is made always is, and one cluster less needs one more before. */
  readonly wanted: readonly string[];
  /** Where the state is. @default - in a folder of the lab */
  readonly store?: ObjectStore | undefined;
}

/**
 * Takes a mesh through its life.
 *
 * @param lab - with one cluster more than the mesh has at first, and audit logs
 */
export async function timeProgram(
  form: Form,
  lab: Lab,
  toolchain: PulumiToolchain,
  { wanted, store }: ProgramOptions,
): Promise<{ phases: Phase[]; state: StateSize }> {
  const smaller = { ...lab, clusters: lab.clusters.slice(0, -1) };
  const configure = (clusters: Lab, changes?: Changes) =>
    writeLabProject(clusters, toolchain, meshOf(form, clusters, changes));
  const place = {
    ...(await configure(smaller)),
    ...(store && { backend: store.backend, stateDir: store.folder }),
  };
  const stack = await openStack(place);
  const phases: Phase[] = [];
  const time = async (name: PhaseName, work: () => Promise<unknown>, clusters = smaller) => {
    if (name === FIRST || wanted.includes(name)) phases.push(await timed(name, clusters, work, store));
  };
  const upOf = async (clusters: Lab) => {
    await stack.up();
    await synchronised(clusters, toolchain, observedBy(form, clusters));
  };
  await time(FIRST, () => upOf(smaller));
  await time("no-op preview", () => stack.preview());
  await time("no-op up", () => stack.up());
  const state = sizeOf(await exportState(stack), place);
  // Left out, it is no part of the next phase either; who only imports has no token.
  const rotated = form !== "import" && wanted.includes(ROTATION);
  if (rotated) {
    await configure(smaller, { rotated });
    await time(ROTATION, () => stack.up());
  }
  await configure(lab, { rotated });
  await time("add a cluster", () => upOf(lab), lab);
  await configure(smaller, { rotated });
  await time("remove a cluster", () => stack.up(), lab);
  await time("destroy", () => stack.destroy());
  return { phases, state };
}

/** Measures work that is done by other processes. */
export async function timed(
  name: string,
  lab: Lab,
  work: () => Promise<unknown>,
  store?: ObjectStore,
): Promise<Phase> {
  const writtenByAll = () => childrenWritten() + (store?.written() ?? 0);
  const requests = new RequestCounter(lab.clusters.map(({ auditLog }) => auditLog));
  const [cpu, written] = [childrenCpu(), writtenByAll()];
  const begun = performance.now();
  const processes = await watchProcesses(work);
  return {
    name,
    wall: (performance.now() - begun) / 1000,
    cpu: childrenCpu() - cpu,
    written: writtenByAll() - written,
    requests: requests.count() / lab.clusters.length,
    processes,
  };
}

function sizeOf({ deployment }: Deployment, place: StackPlace): StateSize {
  const { resources = [] } = deployment as { resources?: { type: string }[] };
  const types = new Map<string, { count: number; bytes: number }>();
  for (const resource of resources) {
    const { count, bytes } = types.get(resource.type) ?? { count: 0, bytes: 0 };
    types.set(resource.type, { count: count + 1, bytes: bytes + bytesOf(resource) });
  }
  return {
    resources: resources.length,
    stored: storedBytes(place),
    text: bytesOf(deployment),
    types: [...types].map(([type, size]) => ({ type, ...size })).sort((a, b) => b.bytes - a.bytes),
  };
}

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** The file of a stack's state, compressed or not; an object store has a folder of that name, with little beside it. */
function storedBytes({ stateDir, stack }: StackPlace): number {
  const folder = join(stateDir, ".pulumi/stacks/istio-multicluster");
  const [file] = readdirSync(folder).filter((name) => /^\.json(\.gz|\.zst)?$/.test(name.slice(stack.length)));
  return file === undefined ? Number.NaN : bytesIn(join(folder, file));
}

function bytesIn(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}
