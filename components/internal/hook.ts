import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { isUnitTest } from "./unit-test";

/** How often each name was asked for, by what stands for a run of a program. */
const asked = new WeakMap<object, Map<string, number>>();

/**
 * A hook that runs at preview too; none in a unit test, where nothing would run it. The engine knows hooks by their names
 * alone, and a program may have two components of one name under different parents: the second one's hooks get names of
 * their own.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
 */
export function hook(name: string, callback: pulumi.ResourceHookFunction): pulumi.ResourceHook[] {
  if (isUnitTest()) return [];
  // Called by the engine, from outside of the program: one of the Automation API would not know there in which run it is.
  const own = AsyncLocalStorage.bind(callback);
  return [new pulumi.ResourceHook(ownName(name), own, { onDryRun: true })];
}

function ownName(name: string): string {
  const program = pulumi.runtime.getMonitor();
  if (program === undefined) return name;
  const counts = asked.get(program) ?? new Map<string, number>();
  asked.set(program, counts);
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count === 1 ? name : `${name}-${count}`;
}
