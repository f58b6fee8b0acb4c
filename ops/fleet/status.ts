import type { StackSummary } from "@pulumi/pulumi/automation";
import { stackOf } from "../../stacks/mesh/split/parts";
import { table } from "../../verify/table";
import { describeLeftOver, type Fleet, leftOver, stacksOf } from "./fleet";

/** What there is of a fleet: a row per stack, and what to do about those that are left over. */
export async function fleetStatus(fleet: Fleet): Promise<string> {
  return describeStatus(fleet, await stacksOf(fleet));
}

/** The same of stacks that are known. */
export function describeStatus(fleet: Fleet, stacks: ReadonlyMap<string, StackSummary>): string {
  const planned = fleet.waves.flatMap(({ name, parts }) =>
    parts.map((part) => rowOf(name, stackOf(fleet.name, part), stacks)),
  );
  const left = leftOver(fleet, stacks);
  const strangers = left.map((stack) => rowOf("not in the config", stack, stacks));
  const single = (stacks.get(fleet.name)?.resourceCount ?? 0) > 0;
  const whole = single ? [rowOf("the whole mesh", fleet.name, stacks)] : [];
  const header = ["wave", "stack", "resources", "last update", "state"];
  const rows = table([header, ...whole, ...planned, ...strangers]);
  return left.length === 0 ? rows : [rows, "", ...left.map(describeLeftOver)].join("\n");
}

function rowOf(wave: string, name: string, stacks: ReadonlyMap<string, StackSummary>): string[] {
  const stack = stacks.get(name);
  const { resourceCount, lastUpdate, updateInProgress } = stack ?? {};
  const state = stack === undefined ? "not there yet" : updateInProgress ? "in progress" : "";
  return [wave, name, String(resourceCount ?? "-"), lastUpdate ?? "-", state];
}
