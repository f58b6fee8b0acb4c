import { SAMPLE_NAMESPACE } from "../../defaults";
import { ISTIO_NAMESPACE } from "../../names";
import { labelProblems, unknownCluster } from "../labels";
import { HELLOWORLD_VERSIONS } from "./answers";
import { BOOKINFO_WORKLOADS } from "./bookinfo";
import type { MeshSpec, Problem } from "../types";

/** Sample applications are of known versions, in known clusters. */
export function sampleApps(spec: MeshSpec): Problem[] {
  const apps = spec.sampleApps;
  if (apps === undefined) return [];
  const names = new Set(spec.clusters.map((cluster) => cluster.name));
  return [
    ...labelProblems(apps.namespace, "sampleApps.namespace"),
    ...namespaceProblems(apps.namespace),
    ...Object.entries(apps.helloworld).flatMap(([cluster, versions]) => {
      const path = `sampleApps.helloworld.${cluster}`;
      return [...unknownCluster(cluster, names, path), ...versionProblems(versions, path)];
    }),
    ...Object.entries(apps.bookinfo ?? {}).flatMap(([cluster, workloads]) => {
      const path = `sampleApps.bookinfo.${cluster}`;
      return [...unknownCluster(cluster, names, path), ...workloadProblems(workloads, path)];
    }),
    ...(apps.clients ?? []).flatMap((cluster, index) =>
      unknownCluster(cluster, names, `sampleApps.clients[${index}]`),
    ),
  ];
}

/** The namespace is made for them, and so deleted with them. */
function namespaceProblems(namespace: string | undefined): Problem[] {
  if (namespace === undefined || !NEEDED_BY_OTHERS.includes(namespace)) return [];
  const message = `is ${namespace}, which would be theirs and be deleted with them; give them one of their own, such as ${SAMPLE_NAMESPACE}`;
  return [{ path: "sampleApps.namespace", message }];
}

const NEEDED_BY_OTHERS = [ISTIO_NAMESPACE, "kube-system", "kube-public", "kube-node-lease"];

/** A namespace that works as long as it need not go. */
export function sampleAppsWarnings({ sampleApps: apps }: MeshSpec): Problem[] {
  if (apps?.namespace !== "default") return [];
  const message = `is default, which Kubernetes never deletes, so that pulumi destroy ends in an error; give them one of their own, such as ${SAMPLE_NAMESPACE}`;
  return [{ path: "sampleApps.namespace", message }];
}

function workloadProblems(workloads: readonly string[], path: string): Problem[] {
  return workloads.flatMap((workload, index) => {
    const at = `${path}[${index}]`;
    if (!BOOKINFO_WORKLOADS.includes(workload)) {
      const message = `"${workload}" is no workload of Istio's bookinfo; use ${BOOKINFO_WORKLOADS.join(", ")}`;
      return [{ path: at, message }];
    }
    if (workloads.indexOf(workload) === index) return [];
    return [{ path: at, message: `${workload} is there already; list each workload once` }];
  });
}

function versionProblems(versions: readonly string[], path: string): Problem[] {
  return versions.flatMap((version, index) => {
    if (!HELLOWORLD_VERSIONS.includes(version)) {
      const message = `"${version}" is no version of Istio's helloworld; use v1 or v2`;
      return [{ path: `${path}[${index}]`, message }];
    }
    if (versions.indexOf(version) === index) return [];
    return [{ path: `${path}[${index}]`, message: `${version} is there already; list each version once` }];
  });
}
