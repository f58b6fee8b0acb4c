import { EventEmitter, once } from "node:events";
import { Command, InvalidArgumentError } from "commander";
import { Listr } from "listr2";
import { defaultSpec, down, type Lab, list, status, up } from ".";
import { enterLab, runInLab } from "./rootless";
import { isRootless } from "./rootless-limits";
import { MAX_CLUSTERS } from "./spec";
import { ensureToolchain } from "./toolchain";

const program = new Command("lab").description(
  "embedded Kubernetes clusters for trying and testing the mesh",
);
program.enablePositionalOptions();

program
  .command("up")
  .description("start the lab, or what of it does not run")
  .option("--name <name>", "name of the lab", "dev")
  .option("--clusters <count>", "how many clusters", clusterCount, 3)
  .option("--network <name>", "one network for all clusters (default: one each)")
  .action(async ({ name, clusters, network }: { name: string; clusters: number; network?: string }) => {
    await enterLab({ toolchain: true, withoutPods: "warning" });
    const toolchain = await ensureToolchain();
    const spec = defaultSpec(name, clusters, network);
    const progress = new EventEmitter();
    const lab = up(spec, toolchain, (cluster, state) => progress.emit(`${cluster} ${state}`));
    const rows = spec.clusters.map((cluster) => ({
      title: `${cluster.name} on ${cluster.network}`,
      task: async () => void (await Promise.race([once(progress, `${cluster.name} up`), lab])),
    }));
    await new Listr(rows, { concurrent: true, fallbackRendererCondition: () => !process.stdout.isTTY }).run();
    describe(await lab);
  });

program
  .command("status")
  .description("show what runs")
  .option("--name <name>", "name of the lab (default: all)")
  .action(async ({ name }: { name?: string }) => {
    await enterLab();
    for (const lab of name === undefined ? await list() : [name]) {
      const { dir, clusters } = await status(lab);
      console.log(`${lab}  ${dir}`);
      for (const { name, network, apiServer, processes, pods } of clusters) {
        console.log(`  ${name}  ${network}  ${apiServer}  ${processes} processes, ${pods} pods`);
      }
    }
  });

program
  .command("down")
  .description("remove every process, network namespace and file of the lab")
  .option("--name <name>", "name of the lab", "dev")
  .action(async ({ name }: { name: string }) => {
    await enterLab();
    await down(name);
  });

program
  .command("run")
  .description("run a command where the labs' addresses are reachable: without root that is not everywhere")
  .argument("<command...>")
  .passThroughOptions()
  .action(async (command: string[]) => {
    process.exitCode = await runInLab(command, { toolchain: true });
  });

function describe({ kubeconfig, clusters }: Lab): void {
  const names = clusters.map(({ name }) => name).join(", ");
  console.log(`\nexport KUBECONFIG=${kubeconfig}\nContexts: ${names}`);
  if (isRootless()) console.log("Without root, reach them so: npm run lab -- run kubectl get nodes");
}

function clusterCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_CLUSTERS) return count;
  throw new InvalidArgumentError(`give a whole number from 1 to ${MAX_CLUSTERS}`);
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
