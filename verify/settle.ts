import { setTimeout as sleep } from "node:timers/promises";
import type { MeshReader } from "./kube/mesh-reader";
import { describeError } from "./kube/errors";
import { forEachLimited } from "./parallel";
import { failed, type Outcome, type Probe } from "./probe";

/** Probes that run at the same time. */
const PARALLEL = 8;

const POLL_MILLISECONDS = 2000;

/** How probes are run until they pass. */
export interface SettleOptions {
  /** Makes the reader of a round; each round looks anew. */
  readonly newReader: () => MeshReader;
  /** When to give up on probes that fail, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  readonly onWait: ((message: string) => void) | undefined;
}

/**
 * Runs probes, those that fail again and again until they pass or time is up; each at least once.
 *
 * @returns the last outcome of each, in the order of the probes
 */
export async function settle(
  probes: readonly Probe[],
  { newReader, deadline, signal, onWait }: SettleOptions,
): Promise<Map<Probe, Outcome>> {
  // Filled beforehand, since a map keeps the order in which its keys came.
  const outcomes = new Map(probes.map((probe) => [probe, failed("was not run")]));
  for (let pending = probes; ;) {
    const mesh = newReader();
    await forEachLimited(pending, PARALLEL, async (probe) => {
      outcomes.set(probe, await look(probe, mesh, signal));
    });
    pending = pending.filter((probe) => outcomes.get(probe)?.status === "failed");
    if (pending.length === 0 || Date.now() + POLL_MILLISECONDS > deadline) return outcomes;
    onWait?.(waitingFor(pending, probes.length));
    await sleep(POLL_MILLISECONDS, undefined, { signal });
  }
}

async function look(probe: Probe, mesh: MeshReader, signal: AbortSignal | undefined): Promise<Outcome> {
  try {
    return await probe.run(mesh);
  } catch (error) {
    signal?.throwIfAborted();
    return failed(describeError(error));
  }
}

function waitingFor(pending: readonly Probe[], total: number): string {
  const [first] = pending.map(({ check, cluster, peer }) =>
    peer === undefined ? `${check} of ${cluster}` : `${check} ${cluster} -> ${peer}`,
  );
  const more = pending.length > 1 ? ` and ${pending.length - 1} more` : "";
  return `waiting for ${first}${more} (${total - pending.length} of ${total} pass)`;
}
