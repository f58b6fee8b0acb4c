import { signingClusters } from "../../../components/spec/adopt/adopted";
import type { ClusterPlan, MeshPlan } from "../../../components/spec/types";
import { hostedBy, isMember, isPrimary, istiodOf } from "../../../components/topology/links";

/**
 * What of a mesh one stack has, where several stacks have it:
 * - `trust`: the root, and the CA of each cluster
 * - `cluster/<name>`: all that is in a cluster for the cluster itself, and the istiod of it that runs in a host
 * - `links`: what lets clusters call each other
 */
export type Part = "trust" | "links" | ClusterPart;

/** The part of one cluster. */
export type ClusterPart = `cluster/${string}`;

/** Parts that need nothing of each other. */
export interface Wave {
  readonly name: "trust" | "primaries" | "remotes" | "links";
  readonly parts: readonly Part[];
}

/** The parts of a mesh, in the order in which one reads what the ones before it tell. */
export function wavesOf(plan: MeshPlan): Wave[] {
  const clusters = plan.clusters.filter(isMember);
  const partOf = ({ name }: { readonly name: string }) => clusterPart(name);
  const waves: Wave[] = [
    { name: "trust", parts: hasTrust(plan) ? ["trust"] : [] },
    { name: "primaries", parts: clusters.filter(isPrimary).map(partOf) },
    { name: "remotes", parts: clusters.filter((cluster) => !isPrimary(cluster)).map(partOf) },
    { name: "links", parts: ["links"] },
  ];
  return waves.filter(({ parts }) => parts.length > 0);
}

export function partsOf(plan: MeshPlan): Part[] {
  return wavesOf(plan).flatMap(({ parts }) => parts);
}

export function clusterPart(cluster: string): ClusterPart {
  return `cluster/${cluster}`;
}

/** The cluster of a part; nothing for one that is no cluster's. */
export function clusterIn(part: Part): string | undefined {
  return part.startsWith("cluster/") ? part.slice("cluster/".length) : undefined;
}

/** Name of the stack that has a part. No cluster's name has a dot, so that no two parts share one. */
export function stackOf(mesh: string, part: Part): string {
  return `${mesh}.${part.replace("/", ".")}`;
}

/** Whether a stack has that name, of whatever part: not one of another mesh whose name begins with this one's. */
export function isOfPart(stack: string, mesh: string): boolean {
  return stack.startsWith(`${mesh}.`) && /^\.(trust|links|cluster\.[^.]+)$/.test(stack.slice(mesh.length));
}

/** Whether anybody signs for several clusters: an issuer in each cluster, or CAs that are there, need no part of their own. */
export function hasTrust({ ca, clusters }: MeshPlan): boolean {
  const requests = Object.keys(ca.provided?.signingRequests ?? {});
  if (requests.length > 0) return true;
  return signingClusters(clusters).length > 0 && (ca.issuer === undefined || ca.issuer.cluster !== undefined);
}

/** The clusters whose API a part needs: those that it has, and those where it makes something for others. */
export interface Reach {
  readonly own: readonly string[];
  readonly others: readonly string[];
}

export function reachOf(part: Part, plan: MeshPlan): Reach {
  if (part === "trust")
    return { own: plan.ca.issuer?.cluster === undefined ? [] : [plan.ca.issuer.cluster], others: [] };
  if (part === "links") {
    const observers = plan.links
      .filter(({ serves }) => !serves)
      .map(({ observer }) => istiodOf(plan, observer));
    return { own: [], others: [...new Set([...observers, ...plan.imports.map(({ cluster }) => cluster)])] };
  }
  const name = clusterIn(part) ?? "";
  const { externalControlPlane: external, controlPlanes } = plannedCluster(name, plan);
  return {
    own: [name, ...(external === undefined ? [] : [external.host])],
    others: [...new Set(controlPlanes.map((controlPlane) => istiodOf(plan, controlPlane)))],
  };
}

/** A cluster of the plan. @throws Error where it is none, which is a fault of this program */
export function plannedCluster(name: string, { clusters }: MeshPlan): ClusterPlan {
  const found = clusters.find((cluster) => cluster.name === name);
  if (found === undefined) throw new Error(`${name} is not a cluster of the plan`);
  return found;
}

/** A part by its text. @throws Error that says which parts the mesh has */
export function parsePart(text: string, plan: MeshPlan): Part {
  const parts = partsOf(plan);
  const found = parts.find((part) => part === text);
  if (found !== undefined) return found;
  throw new Error(`is ${text}, ${reasonAgainst(text, plan)}; the parts of this mesh are ${parts.join(", ")}`);
}

function reasonAgainst(text: string, { clusters }: MeshPlan): string {
  if (text === "trust") return "but nothing signs for several clusters, so that no stack is needed for it";
  const cluster = /^cluster\/(.*)$/.exec(text)?.[1];
  if (cluster === undefined) return "which is no part of a mesh";
  const hosted = hostedBy(cluster, clusters);
  if (hosted === undefined) return `but the mesh has no cluster "${cluster}"`;
  return `which only runs the istiod of ${hosted}, and is in the stack of that one`;
}
