import type { KubeConfig } from "@kubernetes/client-node";
import type { ConfigMap, Stack } from "@pulumi/pulumi/automation";
import { planMesh } from "../components/spec/mesh/plan";
import type { MeshPlan } from "../components/spec/types";
import { readKubeconfigFile } from "../stacks/config/files";
import { checkMesh, parseMesh } from "../stacks/config/read";
import type { ClusterConfig, MeshConfig } from "../stacks/config/schema";
import { selectContext, singleContext } from "../stacks/mesh/kubeconfig";
import { describeProblems } from "../stacks/mesh/problems";
import { TimedKubeConfig } from "./timed-kube-config";

/** A configured mesh as the commands beside the program see it: the plan, and a client configuration per cluster. */
export interface OpenMesh {
  readonly plan: MeshPlan;
  readonly kubeConfigs: ReadonlyMap<string, KubeConfig>;
}

const configKey = (name: string) => `istio-multicluster:${name}`;
const CONFIG_KEY = configKey("mesh");

/** Reads a stack's mesh, from the same config as the program. */
export async function configuredMesh(stack: Stack): Promise<{ mesh: MeshConfig; config: ConfigMap }> {
  const config = await stack.getAllConfig();
  const raw = config[CONFIG_KEY]?.value;
  if (raw === undefined)
    throw new Error(`stack ${stack.name} has no config value ${CONFIG_KEY}; see README.md`);
  const { mesh, problems } = checkMesh(parseMesh(CONFIG_KEY, raw), (secret) => configKey(secret) in config);
  if (mesh === undefined) throw new Error(describeProblems(CONFIG_KEY, problems));
  return { mesh, config };
}

/** Reads a stack's mesh and opens the access to each of its clusters. */
export async function openMesh(stack: Stack): Promise<OpenMesh> {
  const { mesh, config } = await configuredMesh(stack);
  const opened = await Promise.all(
    mesh.clusters.map(async (cluster) => {
      const text = await kubeconfigText(cluster, stack, config);
      const kubeConfig = new TimedKubeConfig();
      kubeConfig.loadFromString(singleContext(selectContext(text, cluster.access.context)));
      return [cluster.name, kubeConfig] as const;
    }),
  );
  return { plan: planMesh(mesh), kubeConfigs: new Map(opened) };
}

async function kubeconfigText(
  { name, access }: ClusterConfig,
  stack: Stack,
  config: ConfigMap,
): Promise<string> {
  if ("kubeconfigFile" in access) return readKubeconfigFile(access.kubeconfigFile);
  if ("kubeconfigSecret" in access) {
    return config[configKey(access.kubeconfigSecret)]?.value ?? "";
  }
  const outputs = await stack.workspace.stackOutputs(access.stackReference);
  const value: unknown = outputs[access.output]?.value;
  if (value === undefined) {
    throw new Error(`cluster ${name}: stack ${access.stackReference} has no output ${access.output}`);
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
