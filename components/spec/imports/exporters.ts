import { visibleFrom } from "../../topology/links";
import type { MeshPlan } from "../types";

/** Clusters from which a client's control plane imports anything, those of other stacks among them. */
export function exportersFor(
  { clusters, imports }: Pick<MeshPlan, "clusters" | "imports">,
  client: string,
): string[] {
  // The control plane of a client is all that it sees beside itself without links.
  const own = visibleFrom(client, { clusters, links: [] });
  const endpoints = imports.filter(({ cluster }) => own.includes(cluster)).flatMap((plan) => plan.endpoints);
  return [...new Set(endpoints.map(({ cluster }) => cluster))];
}
