import { isPrimary, membersOf } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { aliasArguments, clusterAliases } from "../clusters/aliases";
import type { ClusterSpec, MeshSpec, Problem } from "../types";
import { istiodSettings } from "./plan";

/** Lists among istiod's Helm values of which this program needs entries. */
type NeededEntries = Readonly<Record<"extraContainerArgs" | "volumes" | "volumeMounts", readonly string[]>>;

/** Helm merges no lists: a user's own list has to have the entries that istiod cannot be without. */
export function replacedLists(spec: MeshSpec): Problem[] {
  return membersOf(spec)
    .filter((cluster) => isPrimary(cluster) && !adopts(cluster, "istiod"))
    .flatMap((cluster) => lostEntries(cluster, spec));
}

function lostEntries(cluster: ClusterSpec, spec: MeshSpec): Problem[] {
  const given = istiodSettings(cluster, spec).values ?? {};
  return Object.entries(neededBy(cluster, spec)).flatMap(([list, needed]) => {
    if (!(list in given)) return [];
    const entries = Array.isArray(given[list]) ? (given[list] as unknown[]) : [];
    const lost = needed.filter((need) => !entries.some((entry) => isEntry(entry, need)));
    if (lost.length === 0) return [];
    return [
      {
        path: `clusters[${spec.clusters.indexOf(cluster)}].istiod.values.${list}`,
        message: `replaces the list with ${lost.join(", ")}, without which the istiod of ${cluster.name} does not work as configured; add that to yours, or remove the value`,
      },
    ];
  });
}

/** Arguments as they begin, and the names of volumes. */
function neededBy({ name, externalControlPlane: external }: ClusterSpec, spec: MeshSpec): NeededEntries {
  const aliases = aliasArguments(clusterAliases(name, spec.clusters));
  if (external === undefined) return { extraContainerArgs: aliases, volumes: [], volumeMounts: [] };
  const isPublic = external.publicEndpoint !== undefined;
  const volumes = ["config-volume", "inject-volume", ...(isPublic ? ["public-certificate"] : [])];
  const certificate = isPublic ? ["--tlsCertFile=", "--tlsKeyFile=", "--caCertFile="] : [];
  return { extraContainerArgs: [...aliases, ...certificate], volumes, volumeMounts: volumes };
}

function isEntry(entry: unknown, need: string): boolean {
  if (typeof entry === "string") return entry.startsWith(need);
  return typeof entry === "object" && entry !== null && Reflect.get(entry, "name") === need;
}
