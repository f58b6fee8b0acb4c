import type { Lab } from "../lab";
import type { PulumiToolchain } from "../lab/toolchain";
import { writeLabProject } from "../ops/lab-mesh";
import { type Changes, type Form, meshOf, observedBy } from "./forms";
import type { ObjectStore } from "./object-store";
import { childrenCpu, childrenWritten, type Usage, watchProcesses } from "./process-usage";
import { RequestCounter } from "./requests";
import { oneStack, stackPerCluster } from "./stacks";
import { sizeOf, type StateSize } from "./state-size";
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

/** Name of the phase in which a mesh is made, by whatever way. */
export const FIRST = "first up";

const ROTATION = "replace a token";

/** What a mesh of this program goes through, in this order; with a stack per cluster no command does the last two. */
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
  const stacks = await (form === "stacks" ? stackPerCluster : oneStack)(place);
  const phases: Phase[] = [];
  const time = async (name: PhaseName, work: () => Promise<unknown>, clusters = smaller) => {
    if (name === FIRST || wanted.includes(name)) phases.push(await timed(name, clusters, work, store));
  };
  const inStep = (clusters: Lab) => synchronised(clusters, toolchain, observedBy(form, clusters));
  await time(FIRST, async () => {
    await stacks.up();
    await inStep(smaller);
  });
  await time("no-op preview", () => stacks.preview());
  await time("no-op up", () => stacks.up());
  const state = sizeOf(await stacks.states(), place);
  // Left out, it is no part of the next phase either; who only imports has no token.
  const rotated = form !== "import" && wanted.includes(ROTATION);
  if (rotated) {
    await configure(smaller, { rotated });
    await time(ROTATION, () => stacks.up());
  }
  await configure(lab, { rotated });
  const added = lab.clusters.at(-1)?.name ?? "";
  await time(
    "add a cluster",
    async () => {
      await stacks.add(added);
      await inStep(lab);
    },
    lab,
  );
  const { removal } = stacks;
  if (removal === undefined) return { phases, state };
  await configure(smaller, { rotated });
  await time("remove a cluster", () => removal.remove(), lab);
  await time("destroy", () => removal.destroy());
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
