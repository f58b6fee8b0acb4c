import { isMember, isPrimary } from "../../topology/links";
import type { Adoptable, ClusterPlan, ClusterSpec } from "../types";

/** All that a cluster has already: an istiod is never without its namespace and CA. */
export function adopted({ adopt = [] }: Pick<ClusterSpec, "adopt">): readonly Adoptable[] {
  return ADOPTABLE.filter((part) => adopt.includes(part) || adopt.includes("istiod"));
}

const ADOPTABLE: readonly Adoptable[] = ["namespace", "cacerts", "istiod"];

/** Whether a cluster has a part already. */
export function adopts(cluster: Pick<ClusterSpec, "adopt">, part: Adoptable): boolean {
  return adopted(cluster).includes(part);
}

/** The clusters whose istiods have their CA from here. */
export function signingClusters(clusters: readonly ClusterPlan[]): ClusterPlan[] {
  return clusters.filter((cluster) => isMember(cluster) && isPrimary(cluster) && !adopts(cluster, "cacerts"));
}
