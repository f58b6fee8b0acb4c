import { Command, InvalidArgumentError } from "commander";
import { down as takeLabAway } from "../lab";
import { requireRoot } from "../lab/rootless";
import { MAX_CLUSTERS } from "../lab/spec";
import { EXIT_CODES } from "../verify";
import { duration, positive } from "./arguments";
import { findLeavings, refuseWhileDeployed } from "./clean";
import { demo } from "./demo";
import { describeFailure } from "./failure";
import { fleetCommand } from "./fleet/command";
import { DEV_LAB } from "./lab-mesh";
import { openMesh } from "./open-mesh";
import { openNamedStack, openNamedWorkspace } from "./place";
import { describeStack } from "./plan";
import { recover } from "./recover";
import { exportState } from "./state";
import { planTakeOver, takeOver } from "./take-over";
import { describeTakeOver } from "./take-over/report";
import { verify, type VerifyCommandOptions } from "./verify";

/** The commands beside the program; each is an npm script of the same name. */
const program = new Command("istio-multicluster");

program
  .command("demo")
  .description("build a mesh over embedded clusters and show who answers whom")
  .option("--clusters <count>", "how many clusters", clusterCount, 3)
  .option("--name <name>", "name of the lab", DEV_LAB)
  .option("--down", "take the demo's clusters away")
  .action(async ({ name, clusters, down }: { name: string; clusters: number; down?: true }) => {
    requireRoot(true);
    if (down) return takeLabAway(name);
    if (!(await demo({ name, clusters }))) process.exitCode = 1;
  });

program
  .command("plan")
  .description(
    "print the clusters and credentials of a stack's config, and what of the credentials it would change",
  )
  .option("--stack <stack>", "the mesh's stack", DEV_LAB)
  .action(async (options: { stack: string }) => {
    const stack = await openNamedStack(options.stack);
    console.log(await describeStack(stack));
  });

program
  .command("verify")
  .description(
    "check a running mesh link by link; exits with 0 if it is as planned, 1 if not, 2 if it could not look",
  )
  .option("--stack <stack>", "the mesh's stack", DEV_LAB)
  .option("--json", "print the report as JSON")
  .option("--requests <count>", "requests per client", positive)
  .option(
    "--wait <duration>",
    "look again until it is as planned, for so long at most: 90s, 5m, 12h",
    duration,
  )
  .option("--all-proxies", "ask every proxy for its certificates, not a sample of each cluster's")
  // A command that is not understood has not looked.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_CODES["could-not-look"]))
  .action(async (options: VerifyCommandOptions) => {
    process.exitCode = await verify(options);
  });

program
  .command("recover")
  .description("make a stack ready again whose pulumi up was killed")
  .option("--stack <stack>", "the mesh's stack", DEV_LAB)
  .action(async (options: { stack: string }) => {
    const mended = await recover(await openNamedWorkspace(options.stack), options.stack);
    console.log(mended.join("\n") || `nothing to mend in stack ${options.stack}`);
  });

program
  .command("take-over")
  .description("show what a stack would take over of a mesh that istioctl, Helm or Terraform installed")
  .option("--stack <stack>", "the mesh's stack", DEV_LAB)
  .option("--yes", "take it over: no object changes until the next pulumi up")
  .action(async (options: { stack: string; yes?: true }) => {
    const stack = await openNamedStack(options.stack);
    const plan = await planTakeOver(stack);
    console.log(describeTakeOver(plan));
    if (plan.refusals.length > 0) process.exitCode = 1;
    else if (options.yes) await takeOver(stack, plan);
  });

program
  .command("clean")
  .description("remove what istiod wrote itself and a destroy has left")
  .option("--stack <stack>", "the stack of the mesh that was destroyed", DEV_LAB)
  .option("--crds", "also remove the CRDs that this program installed, and with them every Istio object")
  .option("--dry-run", "print what would be removed, and leave it")
  .action(async (options: { stack: string; crds?: true; dryRun?: true }) => {
    const stack = await openNamedStack(options.stack);
    refuseWhileDeployed(await exportState(stack), options.stack);
    const { kubeConfigs } = await openMesh(stack);
    const leavings = await findLeavings(kubeConfigs, options);
    const list = leavings.map(({ cluster, object }) => `${cluster}: ${object}`).join("\n");
    if (list === "") return console.log("nothing to remove");
    console.log(`${options.dryRun ? "would remove" : "removing"}\n${list}`);
    if (options.dryRun) return;
    for (const leaving of leavings) await leaving.remove();
    console.log("removed");
  });

program.addCommand(fleetCommand());

function clusterCount(text: string): number {
  const count = positive(text);
  if (count > MAX_CLUSTERS) throw new InvalidArgumentError(`a lab has room for ${MAX_CLUSTERS}`);
  return count;
}

// Whoever reads may end first, as head does. What was begun goes on to its end all the same.
for (const output of [process.stdout, process.stderr]) {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

program.parseAsync().catch((error: unknown) => {
  console.error(describeFailure(error));
  process.exitCode = 1;
});
