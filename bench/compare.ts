import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { down, type Lab, up } from "../lab";
import { ensurePulumiToolchain, type PulumiToolchain } from "../lab/toolchain";
import { UPSTREAM_ENVOY_SETTINGS } from "../ops/lab-mesh";
import { documentedWay } from "./documented-way";
import { type Phase, timed, timeProgram } from "./phases";
import { DOCUMENTED_WAY, renderReport, type Round } from "./report";

/**
 * Times this program and the documented way side by side, in one run and turn by turn: control planes and links of N
 * clusters on one network, on fresh clusters each time. Every size is gone through once before any is gone through again.
 *
 * `npm run bench -- [sizes] [rounds] [file]`, such as `3,10 3 bench.json`: sizes 3, rounds 3, and a file in the
 * temporary folder where nothing else is said. A cluster takes 0.8 GB of memory, and there is one more than the size.
 */
const LAB = "bench";

async function main(sizes: readonly number[], count: number, file: string): Promise<void> {
  const toolchain = await ensurePulumiToolchain();
  const rounds: Round[] = [];
  for (let round = 1; round <= count; round += 1) {
    for (const clusters of sizes) {
      rounds.push(await timeSize(clusters, toolchain));
      // After each, since a later one may not come to its end.
      writeFileSync(file, JSON.stringify(rounds, undefined, 2));
      console.log(`round ${round} of ${count}: ${clusters} clusters done`);
    }
  }
  console.log(`\n${renderReport(rounds)}\n\nAll figures: ${file}`);
}

async function timeSize(clusters: number, toolchain: PulumiToolchain): Promise<Round> {
  const { phases, state } = await withLab(clusters + 1, toolchain, (lab) => timeProgram(lab, toolchain));
  const documented = await withLab(clusters, toolchain, (lab) => timeDocumentedWay(lab, toolchain));
  return { clusters, phases: [documented, ...phases], state };
}

async function withLab<T>(
  size: number,
  toolchain: PulumiToolchain,
  measure: (lab: Lab) => Promise<T>,
): Promise<T> {
  const clusters = Array.from({ length: size }, (_, index) => ({
    name: `cluster${index + 1}`,
    network: "network1",
  }));
  try {
    return await measure(await up({ name: LAB, clusters }, toolchain));
  } finally {
    await down(LAB);
  }
}

async function timeDocumentedWay(lab: Lab, toolchain: PulumiToolchain): Promise<Phase> {
  const folder = mkdtempSync(join(tmpdir(), "documented-way-"));
  const settings = [
    ...["values.global.hub=docker.io/istio", `values.global.tag=${toolchain.versions.istio}`],
    ...UPSTREAM_ENVOY_SETTINGS,
  ];
  try {
    return await timed(DOCUMENTED_WAY, async () => documentedWay(lab, toolchain, folder, settings));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [, , sizes = "3", rounds = "3", file = join(tmpdir(), "bench.json")] = process.argv;
main(sizes.split(",").map(Number), Number(rounds), resolve(file)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
