import type { Place } from "../../topology/links";

/** What of a cluster tells what it was called. */
type Named = Pick<Place, "name" | "controlPlanes"> & { readonly formerName?: string | undefined };

/** Present names of the clusters that the istiod of one serves, by their former ones. */
export function clusterAliases(own: string, clusters: readonly Named[]): Readonly<Record<string, string>> {
  const served = clusters.filter(({ name, controlPlanes }) => name === own || controlPlanes?.includes(own));
  return Object.fromEntries(
    served.flatMap(({ name, formerName }) => (formerName === undefined ? [] : [[formerName, name]])),
  );
}

/**
 * The argument of istiod for these. Proxies keep the cluster ID that they were started with: without an alias istiod would
 * refuse those of a renamed cluster, and know no service of theirs.
 * @see https://istio.io/latest/docs/reference/commands/pilot-discovery/
 */
export function aliasArguments(aliases: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(aliases).map(([former, name]) => `${former}=${name}`);
  return pairs.length === 0 ? [] : [`--clusterAliases=${pairs.join(",")}`];
}
