import { EventEmitter, once } from "node:events";
import { Command, InvalidArgumentError } from "commander";
import { Listr } from "listr2";
import { defaultSpec, down, list, status, up } from ".";
import { requireRoot, runInLab } from "./rootless";
import { MAX_CLUSTERS, MAX_NODES } from "./spec";
import { ensureToolchain } from "./toolchain";

type UpOptions = { name: string; clusters: number; nodes: number; network?: string };

const program = new Command("lab").description("embedded Kubernetes clusters to try and test the mesh with");
program.enablePositionalOptions();

program
  .command("up")
  .description("start the lab, or what of it does not run")
  .option("--name <name>", "name of the lab", "dev")
  .option("--clusters <count>", "how many clusters", upTo(MAX_CLUSTERS), 3)
  .option("--nodes <count>", "how many nodes each cluster has", upTo(MAX_NODES), 1)
  .option("--network <name>", "one network for all clusters (default: one each)")
  .action(async ({ name, clusters, nodes, network }: UpOptions) => {
    requireRoot();
    const toolchain = await ensureToolchain();
    const spec = defaultSpec(name, clusters, network);
    for (const cluster of spec.clusters) cluster.nodes = nodes;
    const progress = new EventEmitter();
    const lab = up(spec, toolchain, (cluster, state) => progress.emit(`${cluster} ${state}`));
    const rows = spec.clusters.map((cluster) => ({
      title: `${cluster.name} on ${cluster.network}`,
      task: async () => void (await Promise.race([once(progress, `${cluster.name} up`), lab])),
    }));
    await new Listr(rows, { concurrent: true, fallbackRendererCondition: () => !process.stdout.isTTY }).run();
    const names = spec.clusters.map((cluster) => cluster.name).join(", ");
    console.log(`\nexport KUBECONFIG=${(await lab).kubeconfig}\nContexts: ${names}`);
  });

program
  .command("status")
  .description("show what runs")
  .option("--name <name>", "name of the lab (default: all)")
  .action(async ({ name }: { name?: string }) => {
    for (const lab of name === undefined ? await list() : [name]) {
      const { dir, clusters } = await status(lab);
      console.log(`${lab}  ${dir}`);
      for (const { name, network, apiServer, nodes, processes } of clusters) {
        console.log(`  ${name}  ${network}  ${apiServer}  ${nodes.length} nodes, ${processes} processes`);
      }
    }
  });

program
  .command("down")
  .description("remove every process, network namespace and file of the lab")
  .option("--name <name>", "name of the lab", "dev")
  .action(async ({ name }: { name: string }) => {
    requireRoot();
    await down(name);
  });

program
  .command("run")
  .description("run a command where labs can be; without root in namespaces of its own, which end with it")
  .argument("<command...>")
  .passThroughOptions()
  .action(async (command: string[]) => {
    // There is no way to the internet from inside.
    await ensureToolchain();
    process.exitCode = await runInLab(command);
  });

function upTo(most: number) {
  return (text: string) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`give a whole number from 1 to ${most}`);
  };
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
