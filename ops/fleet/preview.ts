import { type EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { partsOf, stackOf } from "../../stacks/mesh/split/parts";
import { limited } from "../../verify/kube/limit";
import { type Fleet, leftOver, refuseOneStack, stacksOf } from "./fleet";
import { describeChanges } from "./up";

/** What a preview of one stack says. */
interface Previewed {
  readonly stack: string;
  readonly summary: string;
  /** A line per resource that would change. */
  readonly changes: readonly string[];
}

/**
 * Previews every stack of a mesh. Each sees what the stacks of earlier waves told last: what follows from their own
 * changes shows once these are made.
 *
 * @returns a text per stack, in the order of the waves
 */
export async function fleetPreview(fleet: Fleet, parallel: number): Promise<string[]> {
  const stacks = await stacksOf(fleet);
  refuseOneStack(fleet, stacks);
  const inTurn = limited(parallel);
  const alone = limited(1);
  const previews = partsOf(fleet.plan).map(async (part): Promise<Previewed> => {
    const stack = stackOf(fleet.name, part);
    if (!stacks.has(stack)) return { stack, summary: "is yet to be made, with all that it has", changes: [] };
    return inTurn(async () => previewOf(await alone(() => Stack.select(stack, fleet.workspace))));
  });
  const left = leftOver(fleet, stacks).map((stack) => `${stack}: its cluster is not in the config`);
  return [...(await Promise.all(previews)).map(describe), ...left];
}

async function previewOf(stack: Stack): Promise<Previewed> {
  const changes: string[] = [];
  const onEvent = ({ resourcePreEvent }: EngineEvent) => {
    if (resourcePreEvent === undefined) return;
    const { op, urn } = resourcePreEvent.metadata;
    if (op === "same" || op === "read" || op === "refresh") return;
    changes.push(`  ${op} ${urn.split("::").slice(-2).join(" ")}`);
  };
  const { changeSummary } = await stack.preview({ onEvent });
  return { stack: stack.name, summary: describeChanges(changeSummary), changes: changes.sort() };
}

function describe({ stack, summary, changes }: Previewed): string {
  return [`${stack}: ${summary}`, ...changes].join("\n");
}
