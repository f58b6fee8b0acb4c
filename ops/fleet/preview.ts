import { type EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { partsOf, stackOf } from "../../stacks/mesh/split/parts";
import { limited } from "../../verify/kube/limit";
import { describeFailure } from "../failure";
import { type Fleet, leftOver, refuseOneStack, refuseProblems, stacksOf } from "./fleet";
import { describeChanges } from "./up";

/** What a preview of one stack says. */
interface Previewed {
  readonly stack: string;
  readonly summary: string;
  /** A line per resource that would change; of a preview that failed, why. */
  readonly lines: readonly string[];
  /** Whether it came to no end. @default false */
  readonly failed?: true;
}

/** What previews of all stacks say. */
export interface FleetPreview {
  /** A text per stack, in the order of the waves. */
  readonly texts: readonly string[];
  /** Names of the stacks whose previews failed. */
  readonly failed: readonly string[];
}

/**
 * Previews every stack of a mesh. Each sees what the stacks of earlier waves told last: what follows from their own
 * changes shows once these are made.
 */
export async function fleetPreview(fleet: Fleet, parallel: number): Promise<FleetPreview> {
  const stacks = await stacksOf(fleet);
  refuseOneStack(fleet, stacks);
  refuseProblems(fleet);
  const inTurn = limited(parallel);
  const alone = limited(1);
  const previews = partsOf(fleet.plan).map(async (part): Promise<Previewed> => {
    const stack = stackOf(fleet.name, part);
    if (!stacks.has(stack)) return { stack, summary: "is yet to be made, with all that it has", lines: [] };
    return inTurn(() => previewOf(stack, () => alone(() => Stack.select(stack, fleet.workspace))));
  });
  const left = leftOver(fleet, stacks).map((stack) => `${stack}: its cluster is not in the config`);
  const done = await Promise.all(previews);
  return {
    texts: [...done.map(describe), ...left],
    failed: done.filter(({ failed }) => failed).map(({ stack }) => stack),
  };
}

/** Of a stack that cannot be previewed why: the other ones are of use without it. */
async function previewOf(stack: string, open: () => Promise<Stack>): Promise<Previewed> {
  try {
    return await changesOf(await open());
  } catch (error) {
    return { stack, summary: "failed", lines: [describeFailure(error)], failed: true };
  }
}

async function changesOf(stack: Stack): Promise<Previewed> {
  const changes: string[] = [];
  const onEvent = ({ resourcePreEvent }: EngineEvent) => {
    if (resourcePreEvent === undefined) return;
    const { op, urn } = resourcePreEvent.metadata;
    if (op === "same" || op === "read" || op === "refresh") return;
    changes.push(`  ${op} ${urn.split("::").slice(-2).join(" ")}`);
  };
  const { changeSummary } = await stack.preview({ onEvent });
  return { stack: stack.name, summary: describeChanges(changeSummary), lines: changes.sort() };
}

function describe({ stack, summary, lines }: Previewed): string {
  return [`${stack}: ${summary}`, ...lines].join("\n");
}
