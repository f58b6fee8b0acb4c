import { down, type Lab, up } from "../lab";
import { ensurePulumiToolchain, type PulumiToolchain } from "../lab/toolchain";
import { writeLabProject } from "../ops/lab-mesh";
import { openMesh } from "../ops/open-mesh";
import { recover } from "../ops/recover";
import { openStack, type StackPlace } from "../ops/stack";
import { renderReport, verifyMesh } from "../verify";
import { killUpAt } from "../test/lab/support/kill";

/**
 * Kills `up` at the beginning of every step of every phase of a root rotation, and runs it again each time: every phase
 * has to end with all checks of verify passed. `npm run rotation-grid`, ten minutes on two cores;
 * test/lab/rotation.test.ts takes one moment per phase, under load.
 */
const LAB = "trust-grid";

const PHASES = [
  {},
  { generation: 2, phase: "trust-both" },
  { generation: 2, phase: "sign-new", verified: "trust-both" },
  { generation: 2, phase: "drop-old", verified: "sign-new" },
  { generation: 2 },
] as const;

async function main(): Promise<void> {
  const toolchain = await ensurePulumiToolchain();
  const clusters = ["cluster1", "cluster2"].map((name, index) => ({ name, network: `network${index + 1}` }));
  const lab = await up({ name: LAB, clusters }, toolchain);
  try {
    await (await openStack(await configure(lab, toolchain, 0))).up();
    for (const phase of PHASES.keys()) {
      if (phase > 0) await enter(lab, toolchain, phase);
    }
  } finally {
    await down(LAB);
  }
}

/** Goes through a phase in as many runs as it has steps: each is killed at the first step that none was killed at yet. */
async function enter(lab: Lab, toolchain: PulumiToolchain, phase: number): Promise<void> {
  const place = await configure(lab, toolchain, phase);
  const stack = await openStack(place);
  const killedAt: string[] = [];
  for (
    let urn = await killAtNew(place, killedAt);
    urn !== undefined;
    urn = await killAtNew(place, killedAt)
  ) {
    killedAt.push(urn);
    await recover(stack.workspace, stack.name);
    console.log(`killed in ${describe(phase)} at ${urn.split("::").at(-1)}`);
  }
  await stack.up();
  const { plan, kubeConfigs } = await openMesh(stack);
  const report = await verifyMesh(plan, kubeConfigs, { waitSeconds: 180 });
  console.log(`${describe(phase)}: ${killedAt.length} runs killed\n${renderReport(report)}`);
  if (!report.ok) throw new Error(`${describe(phase)} does not end in a working mesh`);
}

/** The URN of the step; nothing once `up` came to its end. */
function killAtNew(place: StackPlace, killedAt: readonly string[]): Promise<string | undefined> {
  const others = killedAt.map((urn) => `(?!${urn.replaceAll(/[$.]/g, "\\$&")}$)`).join("");
  const moment = { phase: "start", urn: new RegExp(`^${others}urn:`) } as const;
  // An `up` that failed fails again when it is run once more.
  return killUpAt(place, moment).catch(() => undefined);
}

function describe(phase: number): string {
  return `root ${JSON.stringify(PHASES[phase])}`;
}

function configure(lab: Lab, toolchain: PulumiToolchain, phase: number): Promise<StackPlace> {
  return writeLabProject(lab, toolchain, {
    workloadCertificates: { ttlMinutes: 2 },
    ca: { root: PHASES[phase] },
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
