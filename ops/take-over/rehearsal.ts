import { randomBytes } from "node:crypto";
import { mkdtemp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { configuredMesh } from "../open-mesh";
import { pulumi } from "../pulumi-cli";

const KEY = "istio-multicluster";

/**
 * Runs an action on an empty copy of a stack: the same program and config over a backend of its own, in a folder that
 * nobody else reads and that goes with it. What is imported there shows what would change, and is in no state.
 *
 * Its previews compare on the client's side. On the server's side each difference would be a conflict with whoever
 * installed the object, as long as its fields have not been handed over.
 */
export async function rehearse<T>(
  stack: Stack,
  kubeConfigs: ReadonlyMap<string, KubeConfig>,
  action: (copy: Stack) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "istio-multicluster-rehearsal-"));
  try {
    return await action(await copyOf(stack, kubeConfigs, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyOf(
  stack: Stack,
  kubeConfigs: ReadonlyMap<string, KubeConfig>,
  folder: string,
): Promise<Stack> {
  const { workDir, pulumiCommand, envVars } = stack.workspace;
  const project = parse(await readFile(join(workDir, "Pulumi.yaml"), "utf8")) as { main?: string };
  await mkdir(join(folder, "state"));
  await writeFile(
    join(folder, "Pulumi.yaml"),
    stringify({ ...project, main: resolve(workDir, project.main ?? ".") }),
  );
  const environment = {
    ...envVars,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(32).toString("hex"),
    PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY: "false",
  };
  // Without the organisation and project of Pulumi Cloud, which a file backend has not.
  const stackName = stack.name.split("/").at(-1) ?? stack.name;
  const copy = await LocalWorkspace.createStack(
    { stackName, workDir: folder },
    { envVars: environment, ...(pulumiCommand === undefined ? {} : { pulumiCommand }) },
  );
  const { plain, secret } = await configOf(stack, kubeConfigs);
  await copy.setAllConfig(plain);
  for (const [name, value] of Object.entries(secret)) {
    // By its input: arguments of a process are for everybody to read.
    await pulumi(copy.workspace, ["config", "set", "--secret", name, "--stack", stackName], { input: value });
  }
  return copy;
}

/** The config with each kubeconfig as a secret of its own: other stacks are out of the copy's reach. */
async function configOf(stack: Stack, kubeConfigs: ReadonlyMap<string, KubeConfig>) {
  const { mesh, config } = await configuredMesh(stack);
  const clusters = mesh.clusters.map((cluster) => ({
    ...cluster,
    access: { kubeconfigSecret: secretName(cluster.name) },
  }));
  const plain = Object.entries(config).filter(
    ([name, { secret }]) => secret !== true && name !== `${KEY}:mesh`,
  );
  const secrets = Object.entries(config).filter(([, { secret }]) => secret === true);
  return {
    plain: {
      ...Object.fromEntries(plain),
      [`${KEY}:mesh`]: { value: JSON.stringify({ ...mesh, clusters }) },
    },
    secret: Object.fromEntries([
      ...secrets.map(([name, { value }]) => [name, value] as const),
      ...[...kubeConfigs].map(
        ([name, kubeConfig]) => [`${KEY}:${secretName(name)}`, kubeConfig.exportConfig()] as const,
      ),
    ]),
  };
}

function secretName(cluster: string): string {
  return `kubeconfigOf-${cluster}`;
}
