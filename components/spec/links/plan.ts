import { remotesOf } from "../../topology/links";
import type { ClusterSpec, LinkPlan, LinkSpec } from "../types";

/** A link with what follows from where its clusters are. */
export function planLink(link: LinkSpec, clusters: readonly ClusterSpec[]): LinkPlan {
  const clients = [link.observer, ...remotesOf(link.observer, clusters)];
  const networkOf = new Map(clusters.map(({ name, network }) => [name, network]));
  return {
    ...link,
    crossNetwork: clients.some((client) => networkOf.get(client) !== networkOf.get(link.observed)),
    serves: remotesOf(link.observer, clusters).includes(link.observed),
  };
}
