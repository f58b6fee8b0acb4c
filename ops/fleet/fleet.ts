import {
  type ConfigMap,
  LocalWorkspace,
  Stack,
  type StackSummary,
  type Workspace,
} from "@pulumi/pulumi/automation";
import { planMesh } from "../../components/spec/mesh/plan";
import type { MeshPlan } from "../../components/spec/types";
import { findSecretsProvider, findStackSetting } from "../../stacks/config/mesh-file";
import { PART_KEY, PART_OF_KEY, problemsAround, problemsInParts } from "../../stacks/config/part";
import type { MeshConfig } from "../../stacks/config/schema";
import { describeProblems } from "../../stacks/mesh/problems";
import {
  clusterPart,
  isOfPart,
  type Part,
  partsOf,
  stackOf,
  type Wave,
  wavesOf,
} from "../../stacks/mesh/split/parts";
import { describedMesh, openClusters, type OpenMesh } from "../open-mesh";
import { listStacks } from "./torn";

/** A mesh in several stacks, as the commands see it. */
export interface Fleet {
  readonly name: string;
  readonly workspace: Workspace;
  readonly mesh: MeshConfig;
  readonly plan: MeshPlan;
  readonly waves: readonly Wave[];
}

/** Reads the mesh of a fleet; writes nothing. */
export function openFleet(name: string, workspace: Workspace): Fleet {
  refuseOrganisation(name);
  const partOf = findStackSetting(workspace.workDir, name, settingKey(PART_OF_KEY));
  if (typeof partOf === "string") {
    throw new Error(`stack ${name} has a part of mesh ${partOf}; give the mesh: --stack ${partOf}`);
  }
  const mesh = describedMesh(workspace, name);
  const plan = planMesh(mesh);
  const problems = problemsInParts(plan);
  if (problems.length > 0) throw new Error(describeProblems(`Pulumi.${name}.yaml`, problems));
  refuseLongNames(partsOf(plan).map((part) => stackOf(name, part)));
  return { name, workspace, mesh, plan, waves: wavesOf(plan) };
}

/** The stacks of a mesh know each other by their names, and their settings are in files that are called so. */
function refuseOrganisation(name: string): void {
  const [organisation, ...rest] = name.split("/");
  if (rest.length === 0) return;
  throw new Error(
    `give the mesh's stack without its organisation: --stack ${rest.at(-1)}; pulumi org set-default ${organisation} says whose ` +
      "stacks are meant",
  );
}

/** How many characters Pulumi takes for a stack's name. */
const LONGEST = 100;

function refuseLongNames(stacks: readonly string[]): void {
  const long = stacks.find(({ length }) => length > LONGEST);
  if (long === undefined) return;
  throw new Error(
    `stack ${long} has ${long.length} characters, and Pulumi takes ${LONGEST}; give the mesh's stack or the cluster a shorter name`,
  );
}

/** Opens the access to each cluster, from the config of the stack that has the cluster. */
export async function openFleetMesh({ name, workspace, mesh, plan }: Fleet): Promise<OpenMesh> {
  const configs = new Map<string, Promise<ConfigMap>>();
  return openClusters(mesh, mesh.clusters, workspace, (cluster) => {
    const hosted = plan.clusters.find((candidate) => candidate.name === cluster)?.runsIstiodOf;
    const stack = stackOf(name, clusterPart(hosted ?? cluster));
    const config = configs.get(stack) ?? workspace.getAllConfig(stack);
    configs.set(stack, config);
    return config;
  });
}

/** The stacks that there are of a fleet, by name; those of no part as well. */
export async function stacksOf({ name, workspace }: Fleet): Promise<ReadonlyMap<string, StackSummary>> {
  const stacks = await listStacks(workspace);
  // Where Pulumi Cloud has the stack of another organisation than the user's own, that is part of its name.
  const named = stacks.map((stack) => [stack.name.split("/").at(-1) ?? "", stack] as const);
  return new Map(named.filter(([stack]) => stack === name || isOfPart(stack, name)));
}

/** The same for whoever runs the parts. @throws Error where none of them may be run, before one is */
export async function stacksToRun(fleet: Fleet): Promise<ReadonlyMap<string, StackSummary>> {
  const stacks = await stacksOf(fleet);
  refuseOneStack(fleet, stacks);
  refuseFormerNames(fleet, stacks);
  refuseProblems(fleet);
  return stacks;
}

/** Stacks of which no part of the mesh is left: of clusters that left the config before their stacks were destroyed. */
export function leftOver(fleet: Fleet, stacks: ReadonlyMap<string, StackSummary>): string[] {
  const known = partsOf(fleet.plan).map((part) => stackOf(fleet.name, part));
  return [...stacks.keys()].filter((stack) => stack !== fleet.name && !known.includes(stack));
}

/**
 * @throws Error where one stack has the mesh: both would make the same objects
 */
export function refuseOneStack({ name }: Fleet, stacks: ReadonlyMap<string, StackSummary>): void {
  if ((stacks.get(name)?.resourceCount ?? 0) === 0) return;
  throw new Error(
    `stack ${name} has the whole mesh, and its parts would be made a second time; npm run fleet -- split --stack ${name} divides it`,
  );
}

/**
 * @throws Error for a cluster with a new name whose stack has the former one: it would be made a second time, and the stack
 * that has it taken for one that is left over
 */
export function refuseFormerNames({ name, plan }: Fleet, stacks: ReadonlyMap<string, StackSummary>): void {
  for (const { name: cluster, formerName } of plan.clusters) {
    if (formerName === undefined) continue;
    const [former, own] = [stackOf(name, clusterPart(formerName)), stackOf(name, clusterPart(cluster))];
    if (!stacks.has(former) || stacks.has(own)) continue;
    throw new Error(
      `cluster ${cluster} has its stack under its former name; run pulumi stack rename --stack ${former} ${own}, and then this`,
    );
  }
}

/** What to do about a stack of {@link leftOver}. */
export function describeLeftOver(stack: string): string {
  return (
    `${stack}: its cluster is not in the config; once an up of the fleet has taken its links, ` +
    `pulumi destroy --remove --stack ${stack} removes what it has`
  );
}

/**
 * @throws Error that lists what is wrong with the files and kubeconfigs of any part, before one of them is run. Secrets are
 * in the config of each stack, which may be yet to be made: of these that stack tells.
 */
function refuseProblems({ name, mesh, plan }: Fleet): void {
  const problems = partsOf(plan).flatMap((part) => problemsAround({ mesh, plan, part }, () => true));
  // A kubeconfig that several parts need is one problem.
  const told = new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem]));
  if (told.size > 0) throw new Error(describeProblems(`Pulumi.${name}.yaml`, [...told.values()]));
}

/** Opens a stack of the mesh and makes it if there is none: its secrets are encrypted by what the mesh's settings name. */
export async function openOrMake({ name, workspace }: Fleet, stack: string): Promise<Stack> {
  const secretsProvider = findSecretsProvider(workspace.workDir, name);
  if (secretsProvider === undefined) return Stack.createOrSelect(stack, workspace);
  const { workDir, envVars, pulumiCommand } = workspace;
  const making = await LocalWorkspace.create({ workDir, envVars, pulumiCommand, secretsProvider });
  return Stack.createOrSelect(stack, making);
}

/** Opens the stack of a part and makes it if there is none: what says which part it is goes into its settings. */
export async function openPart(fleet: Fleet, part: Part): Promise<Stack> {
  const stack = await openOrMake(fleet, stackOf(fleet.name, part));
  const missing = missingSettings(fleet, part);
  if (missing.length > 0) {
    await stack.setAllConfig(Object.fromEntries(missing.map(([key, value]) => [key, { value }])));
  }
  return stack;
}

/** Opens the stack of a part as it is. @throws Error where its settings do not say which part that is */
export async function selectPart(fleet: Fleet, part: Part): Promise<Stack> {
  const stack = stackOf(fleet.name, part);
  const missing = missingSettings(fleet, part).map((setting) => setting.join(": "));
  if (missing.length > 0) {
    throw new Error(
      `Pulumi.${stack}.yaml does not say ${missing.join(" and ")}; fetch the file of whoever made this stack, ` +
        `or let npm run fleet -- up --stack ${fleet.name} write that`,
    );
  }
  return Stack.select(stack, fleet.workspace);
}

/** What the settings of a part's stack are to say, as far as they do not. */
function missingSettings({ name, workspace }: Fleet, part: Part): [key: string, value: string][] {
  const settings = [
    [settingKey(PART_KEY), part],
    [settingKey(PART_OF_KEY), name],
  ] satisfies [string, string][];
  const stack = stackOf(name, part);
  return settings.filter(([key, value]) => findStackSetting(workspace.workDir, stack, key) !== value);
}

function settingKey(key: string): string {
  return `istio-multicluster:${key}`;
}
