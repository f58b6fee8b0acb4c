import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { clusterIn, type Part, stackOf, type Wave } from "../../stacks/mesh/split/parts";
import { limited } from "../../verify/kube/limit";
import { isPulumiCloud } from "../backend";
import { recover } from "../recover";
import { Diagnostics } from "./diagnostics";
import { describeLeftOver, type Fleet, leftOver, openFleetMesh, openPart, stacksToRun } from "./fleet";
import { endFormerTokens } from "./former-tokens";
import { endsOf, gate, type GateOptions } from "./gate";
import { mendTorn } from "./torn";

/** How a fleet is run. */
export interface FleetUpOptions extends GateOptions {
  /** How many stacks of a wave at a time. */
  readonly parallel: number;
  /** Whether the mesh has to be as planned before the next wave begins. */
  readonly verify: boolean;
}

const PROGRESS_MS = 10_000;

/**
 * Runs the stacks of a mesh, wave by wave. What fails, or a signal, ends it once the stacks that run have ended, and none is
 * begun after that. Run again, it goes through all of them: what is done has no change, and what was killed is recovered first.
 *
 * @throws Error that says which stacks failed, or in what the mesh is not as planned
 */
export async function fleetUp(fleet: Fleet, options: FleetUpOptions): Promise<void> {
  const { verify, say } = options;
  await mendTorn(fleet.name, fleet.workspace, say);
  const stacks = await stacksToRun(fleet);
  for (const stack of leftOver(fleet, stacks)) say(describeLeftOver(stack));
  const links = await deployedLinks(fleet, stacks.has(stackOf(fleet.name, "links")));
  // Not whatever has a stack: that of a cluster whose first run was killed may be of a later wave.
  const done = new Set(endsOf(links ?? []));
  for (const wave of fleet.waves) {
    await runWave(fleet, wave, options);
    for (const part of wave.parts) done.add(clusterIn(part) ?? part);
    const isLast = wave.name === "links";
    const isLookedAt = verify && wave.name !== "trust" && (isLast || links !== undefined);
    if (!isLast && !isLookedAt) continue;
    const mesh = await openFleetMesh(fleet);
    if (isLast) await endFormerTokens(mesh, say);
    if (isLookedAt) await gate(mesh, isLast ? undefined : { clusters: done, links: links ?? [] }, options);
  }
}

/** Who observes whom as the links were last run; nothing where they never were. */
async function deployedLinks(
  { name, workspace }: Fleet,
  isThere: boolean,
): Promise<readonly string[] | undefined> {
  if (!isThere) return undefined;
  const links: unknown = (await workspace.stackOutputs(stackOf(name, "links")))["links"]?.value;
  return Array.isArray(links) ? links.map(String) : undefined;
}

async function runWave(fleet: Fleet, { name, parts }: Wave, options: FleetUpOptions): Promise<void> {
  options.say(`wave ${name}: ${parts.length} stack${parts.length === 1 ? "" : "s"}`);
  const cloud = isPulumiCloud((await fleet.workspace.whoAmI()).url);
  const inTurn = limited(options.parallel);
  // One after the other: opening a stack writes which one was opened last.
  const alone = limited(1);
  const failed: string[] = [];
  const run = async (part: Part) => {
    if (failed.length > 0 || options.signal?.aborted) return;
    const stackName = stackOf(fleet.name, part);
    const diagnostics = new Diagnostics();
    try {
      const stack = await alone(() => openPart(fleet, part));
      if (!cloud) await recovered(stack, options.say);
      await runStack(stack, diagnostics, options.say);
    } catch (error) {
      failed.push(stackName);
      options.say([`${stackName}: failed`, ...diagnostics.failure(error)].join("\n"));
    }
    for (const warning of diagnostics.warnings()) options.say(`${stackName}: ${warning}`);
  };
  await Promise.all(parts.map((part) => inTurn(() => run(part))));
  options.signal?.throwIfAborted();
  if (failed.length === 0) return;
  // In the order of the config, and not in that in which they failed.
  const ordered = parts.map((part) => stackOf(fleet.name, part)).filter((stack) => failed.includes(stack));
  throw new Error(
    `wave ${name} ended with ${ordered.join(", ")}; mend what it says above, and run the same command again`,
  );
}

async function recovered({ name, workspace }: Stack, say: (line: string) => void): Promise<void> {
  for (const sentence of await recover(workspace, name)) say(`${name}: ${sentence}`);
}

async function runStack(stack: Stack, diagnostics: Diagnostics, say: (line: string) => void): Promise<void> {
  const begun = Date.now();
  let told = begun;
  let steps = 0;
  const onEvent = (event: EngineEvent) => {
    diagnostics.add(event);
    const { resOutputsEvent } = event;
    if (resOutputsEvent === undefined || resOutputsEvent.metadata.op === "same") return;
    steps += 1;
    if (Date.now() - told < PROGRESS_MS) return;
    told = Date.now();
    say(`${stack.name}: ${steps} steps done, last ${resOutputsEvent.metadata.urn.split("::").at(-1)}`);
  };
  const { summary } = await stack.up({ onEvent });
  const seconds = Math.round((Date.now() - begun) / 1000);
  say(`${stack.name}: ${describeChanges(summary.resourceChanges)} in ${seconds} s`);
}

/** What an operation did, or would do, in numbers. */
export function describeChanges(changes: Readonly<Record<string, number | undefined>> = {}): string {
  const counted = Object.entries(changes).filter(([op, count]) => !UNCHANGED.includes(op) && count);
  return counted.map(([op, count]) => `${count} ${op}`).join(", ") || "no change";
}

const UNCHANGED = ["same", "read", "refresh"];
