import { remotesOf, servedBy } from "../../topology/links";
import type { ClusterSpec, LinkPlan, LinkSpec } from "../types";

/** A link with what follows from where its clusters are. */
export function planLink({ observer, observed }: LinkSpec, clusters: readonly ClusterSpec[]): LinkPlan {
  const clients = servedBy(observer, clusters);
  const networkOf = new Map(clusters.map(({ name, network }) => [name, network]));
  return {
    observer,
    observed,
    crossNetwork: clients.some((client) => networkOf.get(client) !== networkOf.get(observed)),
    serves: remotesOf(observer, clusters).includes(observed),
  };
}
