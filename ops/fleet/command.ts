import { Command } from "commander";
import { duration, positive } from "../arguments";
import { DEV_LAB } from "../lab-mesh";
import { openNamedWorkspace } from "../place";
import { type Fleet, openFleet } from "./fleet";
import { fleetJoin, fleetSplit } from "./move";
import { fleetPreview } from "./preview";
import { fleetStatus } from "./status";
import { fleetUp } from "./up";

/** How many stacks are run at a time, if nobody says: each has an engine and a provider per cluster. */
export const PARALLEL = 4;

/** How long the mesh may take until every proxy has heard of a change: of a CA it takes three minutes at most. */
const WAIT_SECONDS = 180;

const say = (line: string) => console.log(line);

/** The command for a mesh in several stacks. */
export function fleetCommand(): Command {
  const fleet = new Command("fleet").description("run a mesh that has a stack per cluster: docs/fleets.md");
  subcommand(fleet, "up", "run every stack, wave by wave")
    .option("--parallel <count>", "stacks of a wave at a time", positive, PARALLEL)
    .option("--wait <duration>", "how long verify may wait for the mesh", duration, WAIT_SECONDS)
    .option("--no-verify", "do not verify the mesh between waves and at the end")
    .action(async (options: { stack: string; parallel: number; wait: number; verify: boolean }) => {
      const { parallel, wait: waitSeconds, verify } = options;
      const fleet = await fleetOf(options);
      const signal = endedBySignals("run the same command again, which goes on from here");
      await fleetUp(fleet, { parallel, waitSeconds, verify, say, signal });
    });
  subcommand(fleet, "preview", "preview every stack; writes nothing")
    .option("--parallel <count>", "stacks at a time", positive, PARALLEL)
    .action(async (options: { stack: string; parallel: number }) => {
      const fleet = await fleetOf(options);
      const signal = endedBySignals("a preview changes nothing");
      const failed = await fleetPreview(fleet, { parallel: options.parallel, say, signal });
      if (failed.length > 0) process.exitCode = 1;
    });
  subcommand(fleet, "status", "list the stacks").action(async (options: { stack: string }) => {
    console.log(await fleetStatus(await fleetOf(options)));
  });
  for (const [name, description, move] of MOVES) {
    subcommand(fleet, name, description)
      .option("--yes", "do it; without, it is told what would go where")
      .action(async (options: { stack: string; yes?: true }) => {
        await move(await fleetOf(options), { yes: options.yes === true, say });
      });
  }
  return fleet;
}

/** How long what comes in again counts as the same signal: npm hands on to its command what the terminal has told that. */
const SAME_SIGNAL_MS = 1000;

/**
 * Aborted when the command is told to end. A terminal tells its engines as well, each of which ends with the step that it
 * is at; told a second time, all end at once. npm runs the command without tsx's own process, which kills one that takes a
 * signal a moment late.
 *
 * @param next - what to say of what comes after that
 */
function endedBySignals(next: string): AbortSignal {
  const end = new AbortController();
  let told = 0;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (!end.signal.aborted) {
        told = Date.now();
        console.error("ending once the stacks that run have ended; once more ends them as they are");
        end.abort(new Error(`ended by ${name}; ${next}`));
      } else if (Date.now() - told > SAME_SIGNAL_MS) {
        process.exit(1);
      }
    });
  }
  return end.signal;
}

const MOVES = [
  ["split", "give each part of the mesh its stack, without touching an object", fleetSplit],
  ["join", "give all parts to one stack again, without touching an object", fleetJoin],
] as const;

function subcommand(fleet: Command, name: string, description: string): Command {
  return fleet
    .command(name)
    .description(description)
    .option("--stack <mesh>", "the mesh: Pulumi.<mesh>.yaml describes it", DEV_LAB);
}

async function fleetOf({ stack }: { readonly stack: string }): Promise<Fleet> {
  return openFleet(stack, await openNamedWorkspace(stack));
}
