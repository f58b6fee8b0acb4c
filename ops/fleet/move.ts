import { isDeepStrictEqual } from "node:util";
import { type Deployment, Stack, type StackSummary, type Workspace } from "@pulumi/pulumi/automation";
import { partsOf, stackOf } from "../../stacks/mesh/split/parts";
import { exportStateInClear, importState } from "../state";
import { previewSteps } from "../take-over/preview";
import { type Fleet, leftOver, openOrMake, openPart, stacksOf } from "./fleet";
import { inStack, joinResources, resourcesOf, splitResources, withResources } from "./state-move";

/** How a mesh goes from one stack to several, or back. */
export interface MoveOptions {
  /** Whether it is done; otherwise it is only told what would go where. */
  readonly yes: boolean;
  readonly say: (line: string) => void;
}

/**
 * Moves what the one stack of a mesh has into the stacks of its parts. No object is touched: each part gets its state, and
 * is run only if its preview has no change of one. The one stack loses its state last, so that all of it can be run again.
 */
export async function fleetSplit(fleet: Fleet, { yes, say }: MoveOptions): Promise<void> {
  refuseRotation(fleet);
  const { name, workspace, plan } = fleet;
  const stacks = await stacksOf(fleet);
  if (isEmpty(stacks.get(name))) throw new Error(`stack ${name} has nothing to split`);
  const single = await Stack.select(name, workspace);
  await refuseChanges(single);
  const state = await exportStateInClear(single);
  const parts = splitResources(resourcesOf(name, state), plan);
  for (const [part, resources] of parts) say(`${stackOf(name, part)}: ${resources.length} resources`);
  if (!yes) return;
  for (const [part, resources] of parts) {
    const stack = await openPart(fleet, part);
    await importState(stack, withResources(state, inStack(resources, name, stack.name)));
    await settle(stack, `stack ${name} still has everything`);
    say(`${stack.name}: has its part`);
  }
  await refuseChanged(single, state);
  await importState(single, withResources(state, []));
  say(`${name}: has nothing any more, and says what the mesh is`);
}

/** The way back. The parts lose their states last, one by one: where one has none any more, the one stack has everything. */
export async function fleetJoin(fleet: Fleet, { yes, say }: MoveOptions): Promise<void> {
  refuseRotation(fleet);
  const { name, workspace, plan } = fleet;
  const stacks = await stacksOf(fleet);
  const left = leftOver(fleet, stacks);
  if (left.length > 0)
    throw new Error(`${left.join(", ")} would be lost; destroy what the config no longer has`);
  const parts = partsOf(plan).map((part) => stackOf(name, part));
  const empty = parts.filter((stack) => isEmpty(stacks.get(stack)));
  if (empty.length === 0) await giveAll(fleet, parts, { yes, say });
  else if (isEmpty(stacks.get(name)))
    throw new Error(`stack ${empty[0]} has nothing yet; run npm run fleet -- up first, or fleet -- split`);
  else await refuseChanges(await Stack.select(name, workspace));
  if (!yes) return;
  for (const stack of parts.filter((part) => stacks.has(part))) {
    const opened = await Stack.select(stack, workspace);
    await importState(opened, withResources(await exportStateInClear(opened), []));
    await workspace.removeStack(stack, { preserveConfig: true });
    say(`${stack}: is gone`);
  }
}

/** Gives what the parts have to the one stack, and leaves it to the parts as well. */
async function giveAll(fleet: Fleet, parts: readonly string[], { yes, say }: MoveOptions): Promise<void> {
  const { name, workspace } = fleet;
  const states = await statesOf(parts, workspace);
  const resources = joinResources(
    [...states].map(([{ name: stack }, state]) => inStack(resourcesOf(stack, state), stack, name)),
  );
  say(`${name}: ${resources.length} resources`);
  if (!yes) return;
  const [first] = states.values();
  if (first === undefined) return;
  const single = await openOrMake(fleet, name);
  await importState(single, withResources(first, resources));
  await settle(single, "the stacks of the parts still have everything");
  for (const [stack, state] of states) await refuseChanged(stack, state);
}

async function statesOf(
  stacks: readonly string[],
  workspace: Workspace,
): Promise<ReadonlyMap<Stack, Deployment>> {
  const states = new Map<Stack, Deployment>();
  for (const stack of stacks) {
    const opened = await Stack.select(stack, workspace);
    await refuseChanges(opened);
    states.set(opened, await exportStateInClear(opened));
  }
  return states;
}

function isEmpty(stack: StackSummary | undefined): boolean {
  return (stack?.resourceCount ?? 0) === 0;
}

/** What somebody else has done in a stack in the meantime would be forgotten with its state. */
async function refuseChanged(stack: Stack, state: Deployment): Promise<void> {
  if (isDeepStrictEqual(await exportStateInClear(stack), state)) return;
  throw new Error(`stack ${stack.name} was changed meanwhile, so it still has everything; run this again`);
}

/** What remembers how far the mesh is, is another thing in one stack than in several. */
function refuseRotation({ plan: { ca } }: Fleet): void {
  if (ca.root.phase === "stable") return;
  throw new Error(`the root is in phase ${ca.root.phase}; end its rotation first, as docs/rotation.md says`);
}

async function refuseChanges(stack: Stack): Promise<void> {
  const steps = await previewSteps(stack);
  if (steps.length === 0) return;
  throw new Error(`stack ${stack.name} has changes; run pulumi up first:\n${describeSteps(steps)}`);
}

/** Lets a stack with a new state tell its outputs and record what is its own, unless its preview would change an object. */
async function settle(stack: Stack, otherwise: string): Promise<void> {
  const touching = (await previewSteps(stack)).filter(({ type }) => !type.startsWith("pulumi:"));
  if (touching.length > 0) {
    throw new Error(
      `stack ${stack.name} would change what it was given, so nothing was done; ${otherwise}:\n${describeSteps(touching)}`,
    );
  }
  await stack.up();
}

function describeSteps(steps: Awaited<ReturnType<typeof previewSteps>>): string {
  return steps.map(({ op, type, name }) => `  ${op} ${type} ${name}`).join("\n");
}
