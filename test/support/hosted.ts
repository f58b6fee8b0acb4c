import type { ClusterSpec, MeshSpec } from "../../components";
import { cluster } from "./specs";

/** Of a cluster whose istiod runs in cluster1. */
export const HOSTED = { externalControlPlane: { host: "cluster1" } };

/** cluster1 runs the istiod of cluster2; cluster3 is its remote. */
export function hostedMesh(
  changes: { host?: Partial<ClusterSpec>; config?: Partial<ClusterSpec>; remote?: Partial<ClusterSpec> } = {},
  rest: Partial<MeshSpec> = {},
): MeshSpec {
  return {
    clusters: [
      cluster(1, changes.host),
      cluster(2, { ...HOSTED, ...changes.config }),
      cluster(3, { controlPlanes: ["cluster2"], ...changes.remote }),
    ],
    ...rest,
  };
}
