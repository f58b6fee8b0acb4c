import { Listr } from "listr2";
import { type EngineEvent, type Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { defaultSpec, type Lab, up } from "../lab";
import { ensurePulumiToolchain, type PulumiToolchain } from "../lab/toolchain";
import { renderReport, verifyMesh, type VerifyReport } from "../verify";
import { labProject } from "./lab-mesh";
import { openMesh } from "./open-mesh";
import { recover } from "./recover";
import { openStack, openWorkspace } from "./stack";

/** What the demo needs to be told. */
export interface DemoOptions {
  /** Name of the lab and of its stack. */
  readonly name: string;
  /** How many clusters, each on a network of its own. */
  readonly clusters: number;
}

/** How long a mesh that was just built may take until every proxy has heard of every endpoint. */
const SETTLE_SECONDS = 60;

const PROGRESS_MS = 3000;

/** What the steps of the demo hand on. */
interface DemoContext {
  toolchain: PulumiToolchain;
  lab: Lab;
  stack: Stack;
  report: VerifyReport;
}

/**
 * Builds the embedded clusters and the mesh over them, sends requests from every cluster, and prints who answered.
 *
 * @returns whether every client got every expected answer
 */
export async function demo({ name, clusters }: DemoOptions): Promise<boolean> {
  const toolchain = await ensurePulumiToolchain();
  const steps = new Listr<DemoContext>(
    [
      {
        title: `Clusters: ${clusters} of Kubernetes, each with its node and on its own network`,
        task: async (context, task) => {
          context.lab = await up(defaultSpec(name, clusters), toolchain, (cluster, state) => {
            task.output = `${cluster} is ${state}`;
          });
        },
      },
      {
        title: "Mesh: pulumi up",
        task: async (context, task) => {
          context.stack = await openLabStack(context.lab, toolchain);
          await pulumiUp(context.stack, (progress) => (task.output = progress));
        },
      },
      {
        title: "Proof: every link, every endpoint, requests across",
        task: async (context, task) => {
          const { plan, kubeConfigs } = await openMesh(context.stack);
          context.report = await verifyMesh(plan, kubeConfigs, {
            waitSeconds: SETTLE_SECONDS,
            onWait: (message) => (task.output = message),
          });
        },
      },
    ],
    { fallbackRendererCondition: () => !process.stdout.isTTY, rendererOptions: { collapseErrors: false } },
  );
  const { report } = await steps.run();
  console.log(renderReport(report));
  return report.ok;
}

/** Also makes good what an earlier run that was killed has left. */
async function openLabStack(lab: Lab, toolchain: PulumiToolchain): Promise<Stack> {
  const place = await labProject(lab, toolchain);
  await recover(await openWorkspace(place), place.stack).catch((error: unknown) => {
    // The first run has no stack yet.
    if (!(error instanceof StackNotFoundError)) throw error;
  });
  return openStack(place);
}

/** Runs `up` and tells now and then how far it is. */
async function pulumiUp(stack: Stack, onProgress: (progress: string) => void): Promise<void> {
  let done = 0;
  let told = Date.now();
  const onEvent = ({ resOutputsEvent }: EngineEvent) => {
    if (resOutputsEvent === undefined || resOutputsEvent.planning) return;
    done += 1;
    if (Date.now() - told < PROGRESS_MS) return;
    told = Date.now();
    onProgress(`${done} resources done, last ${resOutputsEvent.metadata.urn.split("::").at(-1)}`);
  };
  await stack.up({ onEvent });
}
