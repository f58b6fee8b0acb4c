import type { Stack } from "@pulumi/pulumi/automation";
import { adopts } from "../../components/spec/adopt/adopted";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import { isMember } from "../../components/topology/links";
import { openMesh } from "../open-mesh";
import { giveBase, unownedBase } from "./base";
import { type Reference, TargetCluster } from "./cluster";
import { handedOver, released } from "./field-sets";
import { contradictions } from "./identity";
import { leftovers } from "./leftovers";
import { type PreviewedStep, previewSteps } from "./preview";
import { rehearse } from "./rehearsal";
import { importFileOf, type Survey, surveyOf } from "./survey";

/** What was seen of a mesh that others installed and of what its takeover would do. */
export interface TakeOverPlan {
  readonly targets: ReadonlyMap<string, TargetCluster>;
  readonly survey: Survey;
  /** Objects of the base chart that its Helm release is to own, by cluster. */
  readonly base: ReadonlyMap<string, readonly Reference[]>;
  /** What the `pulumi up` after it would do. */
  readonly steps: readonly PreviewedStep[];
  /** What stays as it is, by cluster. */
  readonly left: ReadonlyMap<string, readonly string[]>;
  /** Why it cannot be done. */
  readonly refusals: readonly string[];
}

/**
 * Looks at a mesh that istioctl, Helm or Terraform installed: what a stack would take over, what its program would
 * change then, and what is in the way. Writes nothing but a copy of the stack, which is gone afterwards.
 *
 * @throws Error where a cluster cannot be read, or the program has no preview
 */
export async function planTakeOver(stack: Stack): Promise<TakeOverPlan> {
  const { plan, kubeConfigs } = await openMesh(stack);
  const targets = new Map(
    [...kubeConfigs].map(([name, kubeConfig]) => [name, new TargetCluster(name, kubeConfig)]),
  );
  const survey = await surveyOf(stack, targets);
  const installed = plan.clusters.filter((cluster) => isMember(cluster) && !adopts(cluster, "istiod"));
  const by = <T>(look: (cluster: ClusterPlan, target: TargetCluster) => Promise<T>) =>
    byCluster(installed, targets, look);
  const isNew = survey.planned.length > 0;
  const base = isNew ? await by(unownedBase) : new Map<string, Reference[]>();
  const identities = isNew
    ? await by((cluster, target) => contradictions(cluster, plan, target))
    : new Map<string, string[]>();
  const left = isNew
    ? await by((_, target) => leftovers(survey.planned, target))
    : new Map<string, string[]>();
  const refusals = [...identities.values()].flat();
  if (refusals.length > 0 || survey.found.length === 0)
    return { targets, survey, base, steps: [], left, refusals };
  const steps = await rehearse(stack, kubeConfigs, async (copy) => {
    await importSurvey(copy, await surveyOf(copy, targets));
    return previewSteps(copy);
  });
  return { targets, survey, base, steps, left, refusals: replacements(steps) };
}

/**
 * Does what a plan says, in this order: base's objects become its Helm release's; fields that installers manage become
 * Pulumi's; the state gets what is there; Deployments that no update can change let go of their pods. Nothing of what
 * runs is changed by that, and what was interrupted can be run again.
 */
export async function takeOver(stack: Stack, { targets, survey, base }: TakeOverPlan): Promise<void> {
  for (const [name, objects] of base) await giveBase(objects, targetOf(targets, name));
  for (const { candidate, reference, manager } of survey.found) {
    if (reference === undefined) continue;
    const isSecret = reference.kind === "Secret";
    await targetOf(targets, candidate.cluster).manage(reference, (managedFields) =>
      isSecret ? released(managedFields) : handedOver(managedFields, manager),
    );
  }
  await importSurvey(stack, survey);
  for (const { candidate, reference } of survey.anew) {
    if (reference) await targetOf(targets, candidate.cluster).letGo(reference);
  }
}

async function importSurvey(stack: Stack, survey: Survey): Promise<void> {
  if (survey.found.length === 0) return;
  const { resources = [], nameTable } = importFileOf(survey);
  await stack.import({
    resources: [...resources],
    ...(nameTable === undefined ? {} : { nameTable: { ...nameTable } }),
    protect: false,
    generateCode: false,
  });
}

/** Whatever an update cannot do in place would stop what runs. */
function replacements(steps: readonly PreviewedStep[]): string[] {
  return steps
    .filter(({ op }) => op.includes("replace") || op === "delete")
    .map(
      ({ type, name, paths }) =>
        `${type.split(":").at(-1)} ${name} would be replaced for ${paths.join(", ")}`,
    );
}

async function byCluster<T>(
  clusters: MeshPlan["clusters"],
  targets: ReadonlyMap<string, TargetCluster>,
  look: (cluster: ClusterPlan, target: TargetCluster) => Promise<T>,
): Promise<Map<string, T>> {
  const entries = clusters.map(
    async (cluster) => [cluster.name, await look(cluster, targetOf(targets, cluster.name))] as const,
  );
  return new Map(await Promise.all(entries));
}

function targetOf(targets: ReadonlyMap<string, TargetCluster>, name: string): TargetCluster {
  const target = targets.get(name);
  if (target === undefined) throw new Error(`${name} is not a cluster of the config`);
  return target;
}
