import { openFleet } from "../../../ops/fleet/fleet";
import { fleetUp } from "../../../ops/fleet/up";
import { openWorkspace, type StackPlace } from "../../../ops/stack";

/**
 * Runs all stacks of a mesh in a process of its own, so that a test can kill it, over the config as it is: the command
 * writes that of a lab anew. Arguments: a StackPlace as JSON, and how many stacks are run at a time.
 */
async function main(): Promise<void> {
  const place = JSON.parse(process.argv[2] ?? "") as StackPlace;
  const say = (line: string) => console.log(line);
  const options = { parallel: Number(process.argv[3]), verify: true, waitSeconds: 180, say };
  await fleetUp(openFleet(place.stack, await openWorkspace(place)), options);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
