import { primaryOf } from "../../topology/links";
import type { MeshPlan } from "../types";

/** Clusters from which a client's control plane imports anything, those of other stacks among them. */
export function exportersFor(
  { clusters, imports }: Pick<MeshPlan, "clusters" | "imports">,
  client: string,
): string[] {
  const importer = primaryOf(client, clusters);
  const endpoints = imports.filter(({ cluster }) => cluster === importer).flatMap((plan) => plan.endpoints);
  return [...new Set(endpoints.map(({ cluster }) => cluster))];
}
