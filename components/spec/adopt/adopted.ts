import { isMember, isPrimary } from "../../topology/links";
import type { Adoptable, ClusterPlan, ClusterSpec } from "../types";

/** All that a cluster has already: an istiod is never without its namespace and CA. */
export function adopted({ adopt = [] }: Pick<ClusterSpec, "adopt">): readonly Adoptable[] {
  const parts = new Set(adopt.includes("istiod") ? [...adopt, ...WITH_ISTIOD] : adopt);
  return ADOPTABLE.filter((part) => parts.has(part));
}

const ADOPTABLE: readonly Adoptable[] = ["namespace", "crds", "cacerts", "istiod"];

/** Without the CRDs, which nothing asks for there: states have this list, and refuse another one. */
const WITH_ISTIOD: readonly Adoptable[] = ["namespace", "cacerts"];

/** Whether a cluster has a part already. */
export function adopts(cluster: Pick<ClusterSpec, "adopt">, part: Adoptable): boolean {
  return adopted(cluster).includes(part);
}

/** The clusters whose istiods have their CA from here. */
export function signingClusters(clusters: readonly ClusterPlan[]): ClusterPlan[] {
  return clusters.filter((cluster) => isMember(cluster) && isPrimary(cluster) && !adopts(cluster, "cacerts"));
}
