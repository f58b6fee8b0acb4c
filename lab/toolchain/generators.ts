import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { goModuleFolder } from "./build";
import type { Workspace } from "./recipe";

/** Puts the two files that pulumi-resource-kubernetes embeds beside its main.go. */
export async function kubernetesPluginSources(workspace: Workspace, version: string): Promise<void> {
  const module = await goModuleFolder(workspace, "github.com/pulumi/pulumi-kubernetes/provider/v4");
  const published = join(module, "cmd/pulumi-resource-kubernetes");
  const schema = JSON.parse(await readFile(join(published, "schema.json"), "utf8")) as Record<
    string,
    unknown
  >;
  await writeFile(join(workspace.source, "schema.json"), JSON.stringify({ ...schema, version }));
  const mapping = await readFile(join(published, "terraform-mapping.json"));
  await writeFile(join(workspace.source, "terraform-mapping.json"), mapping);
}

/** Lets pulumi-tfgen-tls write the schema and the metadata that pulumi-resource-tls embeds. */
export async function tlsPluginSources(workspace: Workspace, version: string): Promise<void> {
  const stamp = `-X toolchain/pulumi-tls/provider.Version=${version}`;
  const generator = ["run", "-ldflags", stamp, "./cmd/pulumi-tfgen-tls"];
  await workspace.run("go", [...generator, "schema", "--out", ".", "--skip-docs", "--skip-examples"]);
}

/** Sets the charts' versions, as Istio's release build does: in the sources each is 1.0.0. */
export async function stampChartVersions(output: string, version: string): Promise<void> {
  const charts = join(output, "charts");
  for (const chart of await readdir(charts)) {
    const file = join(charts, chart, "Chart.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/^(version|appVersion): .*$/gm, `$1: ${version}`));
  }
}
