import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { down, type Lab, up } from "../lab";
import { ensurePulumiToolchain, type PulumiToolchain } from "../lab/toolchain";
import { UPSTREAM_ENVOY_SETTINGS, writeLabProject } from "../ops/lab-mesh";
import { openStack } from "../ops/stack";
import { documentedWay } from "./documented-way";

/**
 * Times this program and the documented way side by side, in one run and turn by turn: control planes and links of
 * three clusters, the same end state, on fresh clusters each time. Prints medians. `npm run bench -- <rounds>`.
 */
const CLUSTERS = 3;
const LAB = "bench";

interface Figures {
  /** Seconds. */
  up: number[];
  preview: number[];
  documented: number[];
  /** Bytes. */
  state: number[];
}

async function main(rounds: number): Promise<void> {
  const toolchain = await ensurePulumiToolchain();
  const figures: Figures = { up: [], preview: [], documented: [], state: [] };
  for (let round = 1; round <= rounds; round += 1) {
    await withLab(toolchain, (lab) => timeProgram(lab, toolchain, figures));
    await withLab(toolchain, (lab) => timeDocumentedWay(lab, toolchain, figures));
    console.log(`round ${round} of ${rounds} done`);
  }
  print(figures);
}

async function withLab(toolchain: PulumiToolchain, measure: (lab: Lab) => Promise<void>): Promise<void> {
  const clusters = Array.from({ length: CLUSTERS }, (_, index) => ({
    name: `cluster${index + 1}`,
    network: "network1",
  }));
  try {
    await measure(await up({ name: LAB, clusters }, toolchain));
  } finally {
    await down(LAB);
  }
}

async function timeProgram(lab: Lab, toolchain: PulumiToolchain, figures: Figures): Promise<void> {
  const place = await writeLabProject(lab, toolchain, { sampleApps: undefined });
  const stack = await openStack(place);
  figures.up.push(await seconds(() => stack.up()));
  figures.preview.push(await seconds(() => stack.preview()));
  const checkpoint = join(place.stateDir, ".pulumi/stacks/istio-multicluster", `${place.stack}.json`);
  figures.state.push(statSync(checkpoint).size);
}

async function timeDocumentedWay(lab: Lab, toolchain: PulumiToolchain, figures: Figures): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "documented-way-"));
  const settings = [
    ...["values.global.hub=docker.io/istio", `values.global.tag=${toolchain.versions.istio}`],
    ...UPSTREAM_ENVOY_SETTINGS,
  ];
  try {
    figures.documented.push(await seconds(async () => documentedWay(lab, toolchain, folder, settings)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function print({ up: ups, preview, documented, state }: Figures): void {
  const base = median(documented);
  const row = (name: string, value: number) =>
    console.log(`${name.padEnd(16)} ${value.toFixed(1).padStart(6)} s  ${(value / base).toFixed(2)} x`);
  row("documented way", base);
  row("up", median(ups));
  row("no-op preview", median(preview));
  console.log(`state            ${(median(state) / CLUSTERS / 1e6).toFixed(2).padStart(6)} MB a cluster`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

main(Number(process.argv[2] ?? 3)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
