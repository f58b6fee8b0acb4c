import { adopts } from "../adopt/adopted";
import { exposureOf } from "../gateway/plan";
import type { ClusterSpec, MeshSpec } from "../types";

/** Whether what leads into a cluster was made by others, so that neither its address nor its hosts are known here. */
export function hasOwnGateway(cluster: ClusterSpec, spec: MeshSpec): boolean {
  return adopts(cluster, "istiod") && exposureOf(cluster, spec) === undefined;
}
