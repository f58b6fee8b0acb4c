import type { KubeConfig } from "@kubernetes/client-node";
import type { ConfigMap, Stack, Workspace } from "@pulumi/pulumi/automation";
import { planMesh } from "../components/spec/mesh/plan";
import type { MeshPlan } from "../components/spec/types";
import { readKubeconfigFile } from "../stacks/config/files";
import { readStackSetting } from "../stacks/config/mesh-file";
import { checkPart, PART_KEY, PART_OF_KEY } from "../stacks/config/part";
import { checkMesh, checkSpec, MESH_KEY, parseMesh } from "../stacks/config/read";
import type { ClusterConfig, MeshConfig } from "../stacks/config/schema";
import { loadKubeconfig } from "../stacks/mesh/kube-client";
import { KubeconfigError, selectContext, singleContext } from "../stacks/mesh/kubeconfig";
import { describeProblems } from "../stacks/mesh/problems";
import { reachOf } from "../stacks/mesh/split/parts";
import { TimedKubeConfig } from "./timed-kube-config";

/** A configured mesh as the commands beside the program see it: the plan, and a client configuration per cluster. */
export interface OpenMesh {
  readonly plan: MeshPlan;
  readonly kubeConfigs: ReadonlyMap<string, KubeConfig>;
}

const configKey = (name: string) => `istio-multicluster:${name}`;
const CONFIG_KEY = configKey(MESH_KEY);

/** A stack's mesh, and which of its clusters the stack reaches. */
export interface StackConfig {
  readonly mesh: MeshConfig;
  readonly config: ConfigMap;
  /** Name of the mesh of which the stack has a part. @default - it has the whole mesh */
  readonly partOf?: string | undefined;
  readonly clusters: readonly ClusterConfig[];
}

/** Reads a stack's mesh, from the same config as the program. */
export async function configuredMesh(stack: Stack): Promise<StackConfig> {
  const config = await stack.getAllConfig();
  const hasSecret = (secret: string) => configKey(secret) in config;
  const partOf = config[configKey(PART_OF_KEY)]?.value;
  if (partOf !== undefined) return { ...partOfMesh(partOf, stack, config, hasSecret), config, partOf };
  const raw = config[CONFIG_KEY]?.value;
  if (raw === undefined)
    throw new Error(`stack ${stack.name} has no config value ${CONFIG_KEY}; see README.md`);
  const { mesh, problems } = checkMesh(parseMesh(CONFIG_KEY, raw), hasSecret);
  if (mesh === undefined) throw new Error(describeProblems(CONFIG_KEY, problems));
  return { mesh, config, clusters: mesh.clusters };
}

function partOfMesh(
  partOf: string,
  { workspace }: Stack,
  config: ConfigMap,
  hasSecret: (name: string) => boolean,
): Pick<StackConfig, "mesh" | "clusters"> {
  const raw = readStackSetting(workspace.workDir, partOf, CONFIG_KEY);
  const partKey = configKey(PART_KEY);
  const { found, problems } = checkPart(raw, config[partKey]?.value ?? "", partKey, hasSecret);
  if (found === undefined) throw new Error(describeProblems(`${CONFIG_KEY} of ${partOf}`, problems));
  const { mesh, plan, part } = found;
  const { own, others } = reachOf(part, plan);
  return { mesh, clusters: mesh.clusters.filter(({ name }) => own.includes(name) || others.includes(name)) };
}

/** Reads the mesh of several stacks where it is described, in the settings of the one stack that it could have. */
export function describedMesh({ workDir }: Workspace, name: string): MeshConfig {
  const { mesh, problems } = checkSpec(readStackSetting(workDir, name, CONFIG_KEY));
  if (mesh === undefined) throw new Error(describeProblems(`${CONFIG_KEY} of Pulumi.${name}.yaml`, problems));
  return mesh;
}

/** Reads a stack's mesh and opens the access to each cluster that the stack reaches. */
export async function openMesh(stack: Stack): Promise<OpenMesh> {
  const { mesh, config, clusters } = await configuredMesh(stack);
  return openClusters(mesh, clusters, stack.workspace, async () => config);
}

/** Opens the access to clusters of a mesh. @param configOf - the config that has the secrets of one */
export async function openClusters(
  mesh: MeshConfig,
  clusters: readonly ClusterConfig[],
  workspace: Workspace,
  configOf: (cluster: string) => Promise<ConfigMap>,
): Promise<OpenMesh> {
  const opened = await Promise.all(
    clusters.map(async (cluster) => {
      const text = await kubeconfigText(cluster, workspace, configOf);
      return [cluster.name, openKubeconfig(cluster, text)] as const;
    }),
  );
  return { plan: planMesh(mesh), kubeConfigs: new Map(opened) };
}

/** @throws Error that names the cluster */
function openKubeconfig({ name, access }: ClusterConfig, text: string): KubeConfig {
  const kubeConfig = new TimedKubeConfig();
  try {
    loadKubeconfig(kubeConfig, singleContext(selectContext(text, access.context)));
    return kubeConfig;
  } catch (error) {
    const { message } = error as Error;
    const fault = error instanceof KubeconfigError ? message : `cannot be used: ${message}`;
    throw new Error(`the kubeconfig of cluster ${name} ${fault}`, { cause: error });
  }
}

async function kubeconfigText(
  { name, access }: ClusterConfig,
  workspace: Workspace,
  configOf: (cluster: string) => Promise<ConfigMap>,
): Promise<string> {
  if ("kubeconfigFile" in access) return readKubeconfigFile(access.kubeconfigFile);
  if ("kubeconfigSecret" in access) {
    const { kubeconfigSecret: secret } = access;
    const found = (await configOf(name))[configKey(secret)]?.value;
    if (found !== undefined) return found;
    throw new Error(
      `cluster ${name}: config value ${secret} of its stack is not set; set it: pulumi config set --secret ${secret} --stack STACK < FILE`,
    );
  }
  const outputs = await workspace.stackOutputs(access.stackReference);
  const value: unknown = outputs[access.output]?.value;
  if (value === undefined) {
    throw new Error(`cluster ${name}: stack ${access.stackReference} has no output ${access.output}`);
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
