import type { StackSummary } from "@pulumi/pulumi/automation";
import { stackOf } from "../../stacks/mesh/split/parts";
import { table } from "../../verify/table";
import { type Fleet, leftOver, stacksOf } from "./fleet";

/** What there is of a fleet: a row per stack. */
export async function fleetStatus(fleet: Fleet): Promise<string> {
  return describeStatus(fleet, await stacksOf(fleet));
}

/** The same of stacks that are known. */
export function describeStatus(fleet: Fleet, stacks: ReadonlyMap<string, StackSummary>): string {
  const planned = fleet.waves.flatMap(({ name, parts }) =>
    parts.map((part) => rowOf(name, stackOf(fleet.name, part), stacks)),
  );
  const left = leftOver(fleet, stacks).map((stack) => rowOf("not in the config", stack, stacks));
  const single = (stacks.get(fleet.name)?.resourceCount ?? 0) > 0;
  const whole = single ? [rowOf("the whole mesh", fleet.name, stacks)] : [];
  return table([["wave", "stack", "resources", "last update", "state"], ...whole, ...planned, ...left]);
}

function rowOf(wave: string, name: string, stacks: ReadonlyMap<string, StackSummary>): string[] {
  const stack = stacks.get(name);
  const { resourceCount, lastUpdate, updateInProgress } = stack ?? {};
  const state = stack === undefined ? "not there yet" : updateInProgress ? "in progress" : "";
  return [wave, name, String(resourceCount ?? "-"), lastUpdate ?? "-", state];
}
