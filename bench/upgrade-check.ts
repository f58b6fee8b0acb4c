import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative, resolve } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { Command } from "commander";
import { parse, stringify } from "yaml";
import { defaultSpec, down, type Lab, up } from "../lab";
import { ensurePulumiToolchain, type PulumiToolchain } from "../lab/toolchain";
import { writeLabProject } from "../ops/lab-mesh";
import { openMesh } from "../ops/open-mesh";
import { openStack } from "../ops/stack";
import { exportState } from "../ops/state";
import { renderReport, verifyMesh } from "../verify";
import { isListedChange, isListedStep, listedNames, type Step } from "./upgrade/listed";
import { changesBetween, lookAt, type Objects } from "./upgrade/objects";

/**
 * Builds a mesh with the program of another commit and brings it up with today's: nothing may be deleted, replaced or
 * restarted, and nothing change but what docs/upgrade.md lists. `npm run upgrade-check -- <commit>`.
 */
const LAB = "upgrade-check";
const REPOSITORY = resolve(__dirname, "..");
const SETTLE_SECONDS = 90;

type Overrides = Record<string, unknown> & { clusters?: Record<string, Record<string, unknown>> };

async function main(commit: string, configFile: string): Promise<boolean> {
  const toolchain = await ensurePulumiToolchain();
  const folder = mkdtempSync(join(tmpdir(), "upgrade-check-"));
  const checkout = join(folder, "checkout");
  const git = (...args: string[]) => execFileSync("git", args, { cwd: REPOSITORY, stdio: "inherit" });
  git("worktree", "add", "--quiet", "--detach", checkout, commit);
  try {
    execFileSync("sh", ["scripts/install.sh"], { cwd: checkout, stdio: "inherit" });
    const lab = await up(defaultSpec(LAB), toolchain);
    return await upgrade(lab, toolchain, checkout, configOf(lab, configFile));
  } finally {
    await down(LAB);
    git("worktree", "remove", "--force", checkout);
    rmSync(folder, { recursive: true });
  }
}

function configOf(lab: Lab, file: string): Record<string, unknown> {
  const { clusters = {}, ...mesh } = parse(readFileSync(file, "utf8")) as Overrides;
  const access = (context: string) => ({ kubeconfigFile: lab.kubeconfig, context });
  return {
    ...mesh,
    clusters: lab.clusters.map(({ name, network }) => ({
      ...{ name, network, access: access(name) },
      ...clusters[name],
    })),
  };
}

async function upgrade(
  lab: Lab,
  toolchain: PulumiToolchain,
  checkout: string,
  config: Record<string, unknown>,
): Promise<boolean> {
  const old = await programOf(checkout, lab, toolchain, config);
  console.log("up with the program of then");
  await old.up();
  await expectWorking(old);
  const before = lookAtAll(lab, toolchain);
  const states = [await stateBytes(old)];

  const stack = await openStack(await writeLabProject(lab, toolchain, config));
  console.log("up with the program of today");
  const warnings: string[] = [];
  const steps = await stepsOf((onEvent) => stack.up({ onEvent }), warnings);
  const after = lookAtAll(lab, toolchain);
  await expectWorking(stack);
  const again = await stepsOf((onEvent) => stack.preview({ onEvent }));
  states.push(await stateBytes(stack));
  console.log(`state: ${states.map((bytes) => `${Math.round(bytes / 1000)} KB`).join(", now ")} of text`);
  return report({ lab, before, after, steps, again, warnings });
}

/** A stack whose program, with its own SDK, is that of another checkout. */
async function programOf(
  checkout: string,
  lab: Lab,
  toolchain: PulumiToolchain,
  config: Record<string, unknown>,
): Promise<Stack> {
  const place = await writeLabProject(lab, toolchain, config);
  const project = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as { main: string };
  const main = relative(place.workDir, join(checkout, project.main));
  writeFileSync(join(place.workDir, "Pulumi.yaml"), stringify({ ...project, main }));
  const stack = await openStack(place);
  const { envVars } = stack.workspace;
  envVars["PATH"] = [join(checkout, "lab/language-host"), envVars["PATH"]].join(delimiter);
  return stack;
}

function lookAtAll(lab: Lab, toolchain: PulumiToolchain): Objects {
  const looks = lab.clusters.map(({ name, kubeconfig }) => lookAt(name, toolchain.bin.kubectl, kubeconfig));
  return new Map(looks.flatMap((objects) => [...objects]));
}

async function expectWorking(stack: Stack): Promise<void> {
  const { plan, kubeConfigs } = await openMesh(stack);
  const report = await verifyMesh(plan, kubeConfigs, { waitSeconds: SETTLE_SECONDS });
  if (!report.ok) throw new Error(renderReport(report));
}

async function stateBytes(stack: Stack): Promise<number> {
  return Buffer.byteLength(JSON.stringify((await exportState(stack)).deployment));
}

async function stepsOf(
  run: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
  warnings: string[] = [],
): Promise<Step[]> {
  const steps: Step[] = [];
  await run(({ resourcePreEvent, diagnosticEvent }) => {
    if (diagnosticEvent?.severity === "warning") warnings.push(diagnosticEvent.message.trim());
    if (resourcePreEvent === undefined) return;
    const { op, urn, type, detailedDiff } = resourcePreEvent.metadata;
    if (op === "same" || op === "read" || op === "refresh") return;
    const name = urn.split("::").slice(3).join("::");
    steps.push({ op, type, name, paths: Object.keys(detailedDiff ?? {}) });
  });
  return steps;
}

interface Outcome {
  readonly lab: Lab;
  readonly before: Objects;
  readonly after: Objects;
  readonly steps: readonly Step[];
  /** Of the preview after it. */
  readonly again: readonly Step[];
  readonly warnings: readonly string[];
}

/** Prints what became of the mesh. @returns whether it is what docs/upgrade.md says */
function report({ lab, before, after, steps, again, warnings }: Outcome): boolean {
  const names = listedNames(readFileSync(join(REPOSITORY, "docs/upgrade.md"), "utf8"));
  const clusters = lab.clusters.map(({ name }) => name);
  const changes = changesBetween(before, after);
  const rows = [
    ...steps
      .filter(({ type }) => !type.startsWith("kubernetes:"))
      .map((step) => ({
        text: `${step.op} ${step.type} ${step.name} ${step.paths.join(", ")}`,
        isListed: isListedStep(step, names, clusters),
      })),
    ...steps
      .filter((step) => step.type.startsWith("kubernetes:") && !isListedStep(step, names, clusters))
      .map((step) => ({ text: `${step.op} ${step.type} ${step.name}`, isListed: false })),
    ...changes.map((change) => ({
      text: `${change.what} ${change.object} ${change.paths.map((path) => path.join(".")).join(", ")}`,
      isListed: isListedChange(change, names),
    })),
    ...again.map(({ op, type, name }) => ({
      text: `second preview: ${op} ${type} ${name}`,
      isListed: false,
    })),
  ];
  for (const { text, isListed } of rows)
    console.log(`${isListed ? "listed    " : "NOT LISTED"} ${text.trim()}`);
  for (const warning of new Set(warnings)) console.log(`warning    ${warning}`);
  const count = (what: string) => changes.filter((change) => change.what === what).length;
  const figures = ["deleted", "replaced", "restarted", "made", "changed"].map(
    (what) => `${count(what)} ${what}`,
  );
  console.log(`${before.size} objects looked at: ${figures.join(", ")}; ${steps.length} steps`);
  return rows.every(({ isListed }) => isListed);
}

new Command("upgrade-check")
  .argument("<commit>", "the commit whose program the mesh is built with, such as the last release")
  .option(
    "--config <file>",
    "the mesh's config, in that commit's words",
    join(__dirname, "upgrade/mesh.yaml"),
  )
  .action(async (commit: string, { config }: { config: string }) => {
    if (!(await main(commit, config))) process.exitCode = 1;
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
