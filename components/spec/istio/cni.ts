import { membersOf } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import type { ClusterSpec, MeshSpec, Problem } from "../types";

/**
 * Where Istio's charts leave the redirection of traffic to the CNI node agent, somebody has to have installed that:
 * without it no injected pod starts.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/cni/
 */
export function nodeAgent(spec: MeshSpec): Problem[] {
  return membersOf(spec).flatMap((cluster) => {
    const message = problemOf(cluster);
    return message === undefined
      ? []
      : [{ path: `clusters[${spec.clusters.indexOf(cluster)}].istioCni`, message }];
  });
}

function problemOf(cluster: ClusterSpec): string | undefined {
  const { name, platform, istioCni } = cluster;
  const needed = platform === "openshift" && !adopts(cluster, "istiod");
  if (needed && istioCni !== true) {
    return (
      `is not true, but ${name} is on openshift, where pods with sidecars start only with Istio's CNI node agent, ` +
      "which this program does not install; install it as docs/runbooks/openshift.md says, then set istioCni: true"
    );
  }
  if (!needed && istioCni === true) {
    return `is true, but only proxies on openshift whose istiod is installed here look for it; remove it from ${name}`;
  }
  return undefined;
}
