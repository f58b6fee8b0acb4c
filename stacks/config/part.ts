import * as pulumi from "@pulumi/pulumi";
import { planMesh } from "../../components/spec/mesh/plan";
import { warningsOf } from "../../components/spec/mesh/validate";
import type { MeshPlan, Problem } from "../../components/spec/types";
import { clustersReadElsewhere } from "../../components/topology/links";
import { describeProblems } from "../mesh/problems";
import type { ConfiguredPart } from "../mesh/split";
import { type Part, parsePart, reachOf } from "../mesh/split/parts";
import { OtherStacks } from "../mesh/split/told";
import { caKeys } from "../mesh/trust/keys";
import { openAccess } from "./access";
import { chartFolderWarnings } from "./charts";
import { exporterAddresses } from "./exporters";
import { readStackSetting } from "./mesh-file";
import { checkSpec, MESH_KEY, surroundingProblems } from "./read";
import type { MeshConfig } from "./schema";
import { currentOutputs, stackOutputs } from "./stack-references";

/** Names of the config values of a stack that has a part of a mesh: which part, and of which mesh. */
export const PART_KEY = "part";
export const PART_OF_KEY = "partOf";

/**
 * Reads which part of which mesh this stack has; the mesh is described where its one stack would have it, in
 * `Pulumi.<mesh>.yaml`. Checked is what the part needs: not the kubeconfigs and secrets of other clusters.
 *
 * @param project - folder of Pulumi.yaml
 * @returns nothing where the stack has a whole mesh
 * @throws pulumi.RunError that lists every problem with its path and the way to mend it
 */
export function readPart(
  config: pulumi.Config,
  project = pulumi.runtime.getRootDirectory(),
): ConfiguredPart | undefined {
  const name = (key: string) => `${config.name}:${key}`;
  const [text, partOf] = [config.get(PART_KEY), config.get(PART_OF_KEY)];
  if (text === undefined && partOf === undefined) return undefined;
  if (text === undefined || partOf === undefined) {
    const [given, missing] = text === undefined ? [PART_OF_KEY, PART_KEY] : [PART_KEY, PART_OF_KEY];
    throw new pulumi.RunError(`${name(given)} is set, and ${name(missing)} is not; see docs/fleets.md`);
  }
  if (config.get(MESH_KEY) !== undefined) {
    throw new pulumi.RunError(
      `${name(PART_KEY)} and ${name(MESH_KEY)} are both set; the mesh of a part is in Pulumi.${partOf}.yaml, so remove ${name(MESH_KEY)} here`,
    );
  }
  const key = `${name(MESH_KEY)} of Pulumi.${partOf}.yaml`;
  const hasSecret = (secret: string) => config.getSecret(secret) !== undefined;
  const raw = asRunError(() => readStackSetting(project, partOf, name(MESH_KEY)));
  const { found, problems } = asRunError(() => checkPart(raw, text, name(PART_KEY), hasSecret));
  if (found === undefined) throw new pulumi.RunError(describeProblems(key, problems));
  const { mesh, plan, part } = found;
  for (const { path, message } of warningsFor(found)) void pulumi.log.warn(`${key}: ${path} ${message}`);
  const outputOf = stackOutputs();
  return {
    part,
    plan,
    stacks: new OtherStacks(partOf, currentOutputs()),
    access: openAccess(mesh, config, outputOf, reachOf(part, plan)),
    ...(part === "trust" ? { caKeys: caKeys(mesh, (secret) => config.requireSecret(secret)) } : {}),
    ...(part === "links" ? { exporterAddresses: exporterAddresses(mesh, outputOf) } : {}),
  };
}

/** A mesh of which one part is looked at. */
export interface MeshPart {
  readonly mesh: MeshConfig;
  readonly plan: MeshPlan;
  readonly part: Part;
}

/**
 * Checks a config value as far as one part needs it.
 *
 * @param partKey - name of the config value that is the part's text
 * @throws Error where the text is no part of the mesh
 */
export function checkPart(
  raw: unknown,
  text: string,
  partKey: string,
  hasSecret: (name: string) => boolean,
): { found?: MeshPart; problems: Problem[] } {
  const { mesh, problems } = checkSpec(raw);
  if (mesh === undefined) return { problems };
  const plan = planMesh(mesh);
  const inOneStack = problemsInParts(plan);
  if (inOneStack.length > 0) return { problems: inOneStack };
  const found = { mesh, plan, part: partOfText(text, partKey, plan) };
  const ofPart = problemsAround(found, hasSecret);
  return ofPart.length === 0 ? { found, problems: [] } : { problems: ofPart };
}

/** Problems of the files, secrets and kubeconfigs that a part needs. */
export function problemsAround(
  { mesh, plan, part }: MeshPart,
  hasSecret: (name: string) => boolean,
): Problem[] {
  const { own } = reachOf(part, plan);
  const observed = [...clustersReadElsewhere(mesh)].filter((cluster) => own.includes(cluster));
  const surrounding = surroundingProblems(mesh, new Set(observed), hasSecret);
  return surrounding.filter(({ path }) => concerns(path, part, plan));
}

/** What only one stack can have: a cluster's SPIRE servers are told the roots of others, which its own would have to read. */
export function problemsInParts({ spire }: MeshPlan): Problem[] {
  if (spire === undefined) return [];
  const message =
    "is spire, which is not for a mesh in several stacks; use one stack, or identity.provider: istiod";
  return [{ path: "identity.provider", message }];
}

function partOfText(text: string, partKey: string, plan: MeshPlan): Part {
  try {
    return parsePart(text, plan);
  } catch (error) {
    throw new Error(`${partKey} ${(error as Error).message}`, { cause: error });
  }
}

/** Whether a part needs what is said at a path. */
function concerns(path: string, part: Part, plan: MeshPlan): boolean {
  const { own, others } = reachOf(part, plan);
  const cluster = clusterAt(path, plan);
  if (cluster === undefined) return path.startsWith("ca.") ? part === "trust" : own.length > 0;
  return own.includes(cluster) || (others.includes(cluster) && /^clusters\[\d+\]\.access\b/.test(path));
}

function clusterAt(path: string, { clusters }: Pick<MeshPlan, "clusters">): string | undefined {
  const index = /^clusters\[(\d+)\]/.exec(path)?.[1];
  return index === undefined ? undefined : clusters[Number(index)]?.name;
}

/** Those of a cluster in its own stack, and those of the mesh in the one that every mesh has. */
function warningsFor({ mesh, plan, part }: MeshPart): Problem[] {
  const { own } = reachOf(part, plan);
  return [...warningsOf(mesh), ...chartFolderWarnings(mesh)].filter(({ path }) => {
    const cluster = clusterAt(path, plan);
    return cluster === undefined ? part === "links" : own.includes(cluster);
  });
}

/** What is wrong with a config is told without a stack trace. */
function asRunError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}
