import { type Deployment, Stack } from "@pulumi/pulumi/automation";
import { type Part, partsOf, stackOf } from "../../stacks/mesh/split/parts";
import { exportStateInClear, importState } from "../state";
import { previewSteps } from "../take-over/preview";
import { type Fleet, leftOver, openPart, stacksOf } from "./fleet";
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
  if ((stacks.get(name)?.resourceCount ?? 0) === 0) throw new Error(`stack ${name} has nothing to split`);
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
  await importState(single, withResources(state, []));
  say(`${name}: has nothing any more, and says what the mesh is`);
}

/** The way back. */
export async function fleetJoin(fleet: Fleet, { yes, say }: MoveOptions): Promise<void> {
  refuseRotation(fleet);
  const { name, workspace } = fleet;
  const states = await statesOfParts(fleet);
  const resources = joinResources(
    [...states].map(([part, state]) => {
      const stack = stackOf(name, part);
      return inStack(resourcesOf(stack, state), stack, name);
    }),
  );
  say(`${name}: ${resources.length} resources`);
  if (!yes) return;
  const [first] = states.values();
  if (first === undefined) return;
  const single = await Stack.createOrSelect(name, workspace);
  await importState(single, withResources(first, resources));
  await settle(single, "the stacks of the parts still have everything");
  for (const [part, state] of states) {
    const stack = await Stack.select(stackOf(name, part), workspace);
    await importState(stack, withResources(state, []));
    await workspace.removeStack(stack.name, { preserveConfig: true });
    say(`${stack.name}: is gone`);
  }
}

async function statesOfParts(fleet: Fleet): Promise<ReadonlyMap<Part, Deployment>> {
  const { name, workspace } = fleet;
  const stacks = await stacksOf(fleet);
  const left = leftOver(fleet, stacks);
  if (left.length > 0)
    throw new Error(`${left.join(", ")} would be lost; destroy what the config no longer has`);
  const states = new Map<Part, Deployment>();
  for (const part of partsOf(fleet.plan)) {
    const stack = stackOf(name, part);
    if ((stacks.get(stack)?.resourceCount ?? 0) === 0) {
      throw new Error(`stack ${stack} has nothing yet; run npm run fleet -- up first, or fleet -- split`);
    }
    const opened = await Stack.select(stack, workspace);
    await refuseChanges(opened);
    states.set(part, await exportStateInClear(opened));
  }
  return states;
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
