import { down, type Lab, up } from "../lab";
import { ensureToolchain, type Toolchain } from "../lab/toolchain";
import { writeLabProject } from "../ops/lab-mesh";
import { openMesh } from "../ops/open-mesh";
import { recover } from "../ops/recover";
import { openStack, type StackPlace } from "../ops/stack";
import { renderReport, verifyMesh } from "../verify";
import { killUpAt, type Moment } from "../test/lab/support/kill";

/**
 * Kills `up` at every step of every phase of a root rotation, one after the other, and runs it again each time: the mesh
 * has to end in the phase with every check of verify passed. `tsx bench/rotation-grid.ts`, about an hour on two cores;
 * test/lab/rotation.test.ts takes one of these moments per phase.
 */
const LAB = "trust-grid";

const PHASES = [
  {},
  { generation: 2, phase: "trust-both" },
  { generation: 2, phase: "sign-new", verified: "trust-both" },
  { generation: 2, phase: "drop-old", verified: "sign-new" },
  { generation: 2 },
] as const;

/** What a rotation touches, in the order of a run. */
const RESOURCES = [
  "root-ca-2-key",
  "root-ca-2-certificate",
  "root-2-signers",
  "cluster1-ca-key",
  "cluster1-ca-request",
  "cluster1-ca-certificate",
  "cluster1-cacerts",
  "cluster2-cacerts",
  "root-2-trusted",
];

const MOMENTS = RESOURCES.flatMap((name): Moment[] =>
  (["start", "done"] as const).map((phase) => ({ phase, urn: new RegExp(`::${name}$`) })),
);

async function main(): Promise<void> {
  const toolchain = await ensureToolchain();
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

/** Goes through a phase with as many runs as there are moments to kill one at; each goes on from what the last has left. */
async function enter(lab: Lab, toolchain: Toolchain, phase: number): Promise<void> {
  const place = await configure(lab, toolchain, phase);
  for (const moment of MOMENTS) {
    const what = `phase ${JSON.stringify(PHASES[phase])}, ${moment.phase} ${moment.urn}`;
    const killed = await killUpAt(place, moment).then(
      () => true,
      () => false,
    );
    const stack = await openStack(place);
    if (killed) await recover(stack, place.stateDir);
    console.log(killed ? `killed: ${what}` : `no such step, or done already: ${what}`);
  }
  const stack = await openStack(place);
  await stack.up();
  const { plan, kubeConfigs } = await openMesh(stack);
  const report = await verifyMesh(plan, kubeConfigs, { waitSeconds: 180 });
  console.log(renderReport(report));
  if (!report.ok) throw new Error(`phase ${JSON.stringify(PHASES[phase])} does not end in a working mesh`);
}

function configure(lab: Lab, toolchain: Toolchain, phase: number): Promise<StackPlace> {
  return writeLabProject(lab, toolchain, {
    workloadCertificates: { ttlMinutes: 2 },
    ca: { root: PHASES[phase] },
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
