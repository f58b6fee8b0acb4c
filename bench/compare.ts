import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { down, type Lab, up } from "../lab";
import { ensurePulumiToolchain, type PulumiToolchain } from "../lab/toolchain";
import { loadExeca } from "../lab/toolchain/run";
import { UPSTREAM_ENVOY_SETTINGS } from "../ops/lab-mesh";
import { documentedWay, documentedWayInParallel } from "./documented-way";
import { type Form, FORMS } from "./forms";
import { type ObjectStore, withObjectStore } from "./object-store";
import { writePage } from "./page";
import { FIRST, type Phase, PHASES, timed, timeProgram } from "./phases";
import { renderReport, type Run } from "./report";
import { synchronised } from "./synchronised";
import { BY_HAND, IN_PARALLEL, type Way } from "./ways";

/**
 * Times this program and the documented way side by side, in one run and turn by turn: control planes and links of N
 * clusters on one network, on fresh clusters each time. Every size is gone through once before any is gone through again.
 * A cluster takes 0.8 GB of memory, and for this program there is one more than the size. For `--backend s3` MinIO is built
 * at the first time.
 */
const LAB = "bench";

interface Options {
  readonly rounds: string;
  readonly ways: readonly Way[];
  readonly phases: readonly string[];
  readonly backend: "file" | "s3";
  readonly out: string;
  readonly page?: true;
}

async function main(sizes: readonly number[], options: Options): Promise<void> {
  const { rounds, ways, phases, backend, out, page } = options;
  const onS3 = backend === "s3";
  const toolchain = await ensurePulumiToolchain(onS3 ? { onDemand: ["minio"] } : {});
  const runs: Run[] = [];
  for (let round = 1; round <= Number(rounds); round += 1) {
    for (const clusters of sizes) {
      for (const way of ways) {
        runs.push({
          clusters,
          way,
          ...(onS3 && { backend }),
          ...(await timeWay(way, clusters, toolchain, phases)),
        });
        // After each, since a later one may not come to its end.
        writeFileSync(out, JSON.stringify(runs, undefined, 2));
        console.log(`round ${round} of ${rounds}: ${clusters} clusters, ${way}: done`);
      }
    }
  }
  console.log(`\n${renderReport(runs)}\n\nAll figures: ${resolve(out)}`);
  if (page) await writePage(runs, { cores: cpus().length, date: new Date() });
}

/** On clusters that nothing was in before. */
async function timeWay(
  way: Way,
  clusters: number,
  toolchain: PulumiToolchain,
  wanted: readonly string[],
): Promise<Pick<Run, "phases" | "state">> {
  if (way === BY_HAND || way === IN_PARALLEL) {
    const phase = await withLab(clusters, toolchain, (lab) => timeByHand(way, lab, toolchain));
    return { phases: [phase] };
  }
  return withLab(clusters + 1, toolchain, async (lab) => {
    if (way === "import") await makeNamespaces(lab, toolchain);
    const time = (store?: ObjectStore) => timeProgram(way, lab, toolchain, { wanted, store });
    const { minio } = toolchain.bin;
    return minio === undefined ? time() : withObjectStore(minio, time);
  });
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
    return await measure(await up({ name: LAB, clusters, audit: true }, toolchain));
  } finally {
    await down(LAB);
  }
}

async function timeByHand(
  way: typeof BY_HAND | typeof IN_PARALLEL,
  lab: Lab,
  toolchain: PulumiToolchain,
): Promise<Phase> {
  const folder = mkdtempSync(join(tmpdir(), "documented-way-"));
  const settings = [
    ...["values.global.hub=docker.io/istio", `values.global.tag=${toolchain.versions.istio}`],
    ...UPSTREAM_ENVOY_SETTINGS,
  ];
  const build = way === BY_HAND ? documentedWay : documentedWayInParallel;
  try {
    return await timed(FIRST, lab, async () => {
      await build(lab, toolchain, folder, settings);
      await synchronised(lab, toolchain, lab.clusters.length - 1);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** For what is imported, which is in no namespace of the mesh's own. */
async function makeNamespaces({ clusters }: Lab, { bin }: PulumiToolchain): Promise<void> {
  const execa = await loadExeca();
  for (const { kubeconfig } of clusters) {
    await execa(bin.kubectl, ["--kubeconfig", kubeconfig, "create", "namespace", "sample"]);
  }
}

/** Reads a list with commas. */
function someOf<Name extends string>(known: readonly Name[]): (text: string) => Name[] {
  return (text) =>
    text.split(",").map((name) => {
      const found = known.find((candidate) => candidate === name);
      if (found === undefined) throw new InvalidArgumentError(`${name} is none of ${known.join(", ")}`);
      return found;
    });
}

const WAYS: readonly Way[] = [BY_HAND, IN_PARALLEL, ...(Object.keys(FORMS) as Form[])];

new Command("bench")
  .argument("[sizes]", "numbers of clusters, with commas between", "3")
  .option("--rounds <count>", "how often each is measured", "3")
  .option("--ways <ways>", "which ways to build a mesh are measured, with commas between", someOf(WAYS), [
    ...WAYS,
  ])
  .option("--phases <phases>", "which phases this program goes through", someOf(PHASES), [...PHASES])
  .addOption(
    new Option(
      "--backend <kind>",
      "where states are: in a folder, or in a bucket of a MinIO server on this machine",
    )
      .choices(["file", "s3"])
      .default("file"),
  )
  .option("--out <file>", "where all figures go, as JSON", join(tmpdir(), "bench.json"))
  .option("--page", "write docs/benchmarks.md, with its plot and its figures")
  .action((sizes: string, options: Options) => main(sizes.split(",").map(Number), options))
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
