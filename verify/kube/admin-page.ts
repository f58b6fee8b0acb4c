import { ask, type Asked } from "./ask";
import type { ClusterReader, ExecTarget } from "./cluster-reader";
import type { MeshReader } from "./mesh-reader";
import type { Targets } from "./pods";

/** A page of a proxy's admin interface, as it is now. */
export function adminPage(cluster: ClusterReader, target: ExecTarget, page: string): Promise<string> {
  return cluster.exec(target, ["pilot-agent", "request", "GET", page]);
}

/** The same of the first of several proxies that answers, asked for once for all rows that need it. */
export function sharedPage(
  mesh: MeshReader,
  cluster: ClusterReader,
  targets: Targets,
  page: string,
): Promise<Asked<string>> {
  const [{ namespace, pod }] = targets;
  return mesh.once(`${page} of ${namespace}/${pod} in ${cluster.name}`, () =>
    ask(targets, (target) => adminPage(cluster, target, page)),
  );
}
