import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { partsOf, stackOf } from "../../stacks/mesh/split/parts";
import { limited } from "../../verify/kube/limit";
import { Diagnostics } from "./diagnostics";
import { describeLeftOver, type Fleet, leftOver, selectPart, stacksToRun } from "./fleet";
import { describeChanges } from "./up";

/** How a fleet is previewed. */
export interface FleetPreviewOptions {
  /** How many stacks at a time. */
  readonly parallel: number;
  /** Told what there is to say of a stack as soon as it is known, in the order of the waves. */
  readonly say: (text: string) => void;
  /** Begins no other stack once it is aborted. */
  readonly signal?: AbortSignal;
}

/** What a preview of one stack says. */
interface Previewed {
  readonly stack: string;
  readonly summary: string;
  /** A line per warning and per resource that would change; of a preview that failed, why. */
  readonly lines: readonly string[];
  /** Whether it came to no end. @default false */
  readonly failed?: true;
}

/**
 * Previews every stack of a mesh. Each sees what the stacks of earlier waves told last: what follows from their own
 * changes shows once these are made.
 *
 * @returns names of the stacks whose previews failed
 */
export async function fleetPreview(
  fleet: Fleet,
  { parallel, say, signal }: FleetPreviewOptions,
): Promise<string[]> {
  const stacks = await stacksToRun(fleet);
  const inTurn = limited(parallel);
  const alone = limited(1);
  const previews = partsOf(fleet.plan).map(async (part): Promise<Previewed | undefined> => {
    const stack = stackOf(fleet.name, part);
    if (!stacks.has(stack)) return { stack, summary: "is yet to be made, with all that it has", lines: [] };
    return inTurn(async () =>
      signal?.aborted ? undefined : previewOf(stack, () => alone(() => selectPart(fleet, part))),
    );
  });
  const failed: string[] = [];
  for (const preview of previews) {
    const previewed = await preview;
    if (previewed === undefined || signal?.aborted) break;
    say([`${previewed.stack}: ${previewed.summary}`, ...previewed.lines].join("\n"));
    if (previewed.failed) failed.push(previewed.stack);
  }
  signal?.throwIfAborted();
  for (const stack of leftOver(fleet, stacks)) say(describeLeftOver(stack));
  return failed;
}

/** Of a stack that cannot be previewed why: the other ones are of use without it. */
async function previewOf(stack: string, open: () => Promise<Stack>): Promise<Previewed> {
  const diagnostics = new Diagnostics();
  const changes: string[] = [];
  const onEvent = (event: EngineEvent) => {
    diagnostics.add(event);
    if (event.resourcePreEvent === undefined) return;
    const { op, urn } = event.resourcePreEvent.metadata;
    if (op === "same" || op === "read" || op === "refresh") return;
    changes.push(`  ${op} ${urn.split("::").slice(-2).join(" ")}`);
  };
  try {
    const { changeSummary } = await (await open()).preview({ onEvent });
    const lines = [...diagnostics.warnings().map((warning) => `  ${warning}`), ...changes.sort()];
    return { stack, summary: describeChanges(changeSummary), lines };
  } catch (error) {
    return { stack, summary: "failed", lines: diagnostics.failure(error), failed: true };
  }
}
