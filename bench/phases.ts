import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import type { Lab } from "../lab";
import type { PulumiToolchain } from "../lab/toolchain";
import { writeLabProject } from "../ops/lab-mesh";
import { exportState } from "../ops/state";
import { openStack, type StackPlace } from "../ops/stack";
import { childrenCpu, type Usage, watchProcesses } from "./process-usage";

/** What one phase took. */
export interface Phase {
  readonly name: string;
  /** Seconds on the clock. */
  readonly wall: number;
  /** Seconds of user and system of every process that the phase ran. */
  readonly cpu: number;
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

/**
 * Takes a mesh through its life: made, looked at, applied again, one cluster more, that one less, destroyed.
 *
 * @param lab - with one cluster more than the mesh has at first
 */
export async function timeProgram(
  lab: Lab,
  toolchain: PulumiToolchain,
): Promise<{ phases: Phase[]; state: StateSize }> {
  const smaller = { ...lab, clusters: lab.clusters.slice(0, -1) };
  const configure = (clusters: Lab) => writeLabProject(clusters, toolchain, { sampleApps: undefined });
  const place = await configure(smaller);
  const stack = await openStack(place);
  const phases = [
    await timed("first up", () => stack.up()),
    await timed("no-op preview", () => stack.preview()),
    await timed("no-op up", () => stack.up()),
  ];
  const state = sizeOf(await exportState(stack), place);
  await configure(lab);
  phases.push(await timed("add a cluster", () => stack.up()));
  await configure(smaller);
  phases.push(await timed("remove a cluster", () => stack.up()));
  phases.push(await timed("destroy", () => stack.destroy()));
  return { phases, state };
}

/** Measures work that is done by other processes. */
export async function timed(name: string, work: () => Promise<unknown>): Promise<Phase> {
  const cpu = childrenCpu();
  const begun = performance.now();
  const processes = await watchProcesses(work);
  const wall = (performance.now() - begun) / 1000;
  return { name, wall, cpu: childrenCpu() - cpu, processes };
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

/** The file of a stack's state, compressed or not. */
function storedBytes({ stateDir, stack }: StackPlace): number {
  const folder = join(stateDir, ".pulumi/stacks/istio-multicluster");
  const [file] = readdirSync(folder).filter((name) => /^\.json(\.gz|\.zst)?$/.test(name.slice(stack.length)));
  return file === undefined ? Number.NaN : statSync(join(folder, file)).size;
}
