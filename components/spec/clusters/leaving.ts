import { hostedBy, isPrimary, remotesOf } from "../../topology/links";
import type { ClusterSpec, MeshSpec, Problem } from "../types";

/** Nobody who stays needs a cluster that leaves. */
export function leaving(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) =>
    cluster.leaving ? leavingProblems(cluster, `clusters[${index}].leaving`, spec) : [],
  );
}

function leavingProblems(cluster: ClusterSpec, path: string, { clusters }: MeshSpec): Problem[] {
  if (!isPrimary(cluster)) {
    return [
      {
        path,
        message: `is of no use for the remote ${cluster.name}: its proxies live by the link that would go first; take it out of clusters at once`,
      },
    ];
  }
  const hosted = hostedBy(cluster.name, clusters);
  const served = hosted === undefined ? remotesOf(cluster.name, clusters) : [hosted];
  if (served.length === 0) return [];
  return [
    {
      path,
      message: `is true, but ${cluster.name} is the control plane of ${served.join(", ")}; give these another one or take them out first`,
    },
  ];
}
