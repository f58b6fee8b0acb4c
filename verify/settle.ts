import { setTimeout as sleep } from "node:timers/promises";
import type { MeshReader } from "./kube/mesh-reader";
import { CannotLookError, describeError } from "./kube/errors";
import { failed, type Outcome, type Probe, unseen } from "./probe";

const POLL_MILLISECONDS = 2000;

/** Who waits for hours need not ask every other second. */
const LONGEST_POLL_MILLISECONDS = 60_000;

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
  const begun = Date.now();
  // Filled beforehand, since a map keeps the order in which its keys came.
  const outcomes = new Map(probes.map((probe) => [probe, failed("was not run")]));
  for (let pending = probes; ;) {
    const mesh = newReader();
    // All at once: what they have in common is read once, and a cluster's reader asks one thing after the other.
    await Promise.all(pending.map(async (probe) => outcomes.set(probe, await look(probe, mesh, signal))));
    pending = pending.filter((probe) => outcomes.get(probe)?.status === "failed");
    const pause = pauseAfter(Date.now() - begun);
    if (pending.length === 0 || Date.now() + pause > deadline) return outcomes;
    onWait?.(waitingFor(pending, probes.length));
    await sleep(pause, undefined, { signal });
  }
}

async function look(probe: Probe, mesh: MeshReader, signal: AbortSignal | undefined): Promise<Outcome> {
  try {
    return await probe.run(mesh);
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof CannotLookError ? unseen(describeError(error)) : failed(describeError(error));
  }
}

/** A tenth of the time that it has taken so far, within limits. */
function pauseAfter(milliseconds: number): number {
  return Math.min(Math.max(milliseconds / 10, POLL_MILLISECONDS), LONGEST_POLL_MILLISECONDS);
}

function waitingFor(pending: readonly Probe[], total: number): string {
  const [first] = pending.map(({ check, cluster, peer }) =>
    peer === undefined ? `${check} of ${cluster}` : `${check} ${cluster} -> ${peer}`,
  );
  const more = pending.length > 1 ? ` and ${pending.length - 1} more` : "";
  return `waiting for ${first}${more} (${total - pending.length} of ${total} pass)`;
}
