import { Command, InvalidArgumentError } from "commander";
import { demo, demoDown } from "./demo";
import { DEV_LAB } from "./lab-mesh";

/** The commands beside the program. `npm run demo`, `npm run verify` and `npm run recover` end here. */
const program = new Command("istio-multicluster");

program
  .command("demo")
  .description("build a mesh over embedded clusters and show who answers whom")
  .option("--clusters <count>", "how many clusters", clusterCount, 3)
  .option("--name <name>", "name of the lab", DEV_LAB)
  .option("--down", "take the demo's clusters away")
  .action(async ({ name, clusters, down }: { name: string; clusters: number; down?: true }) => {
    if (down) return demoDown(name);
    if (!(await demo({ name, clusters }))) process.exitCode = 1;
  });

function clusterCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 62) {
    throw new InvalidArgumentError("give a whole number from 1 to 62");
  }
  return count;
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
