import type { ClusterSpec, MeshSpec } from "../../components";

/** A cluster `cluster<index>`, alone on its network unless one is given. */
export function cluster(index: number, changes: Partial<ClusterSpec> = {}): ClusterSpec {
  return { name: `cluster${index}`, network: `network${index}`, ...changes };
}

/** A mesh of `size` clusters on as many networks. */
export function mesh(size: number, changes: Partial<MeshSpec> = {}): MeshSpec {
  return { clusters: Array.from({ length: size }, (_, index) => cluster(index + 1)), ...changes };
}

/** Links from text such as `"cluster1>cluster2 cluster2>cluster1"`. */
export function links(text: string): { observer: string; observed: string }[] {
  return text.split(" ").map((link) => {
    const [observer = "", observed = ""] = link.split(">");
    return { observer, observed };
  });
}
