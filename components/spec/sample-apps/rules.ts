import { labelProblems, unknownCluster } from "../labels";
import type { MeshSpec, Problem } from "../types";

/** Sample applications are of known versions, in known clusters. */
export function sampleApps(spec: MeshSpec): Problem[] {
  const apps = spec.sampleApps;
  if (apps === undefined) return [];
  const names = new Set(spec.clusters.map((cluster) => cluster.name));
  return [
    ...labelProblems(apps.namespace, "sampleApps.namespace"),
    ...Object.entries(apps.helloworld).flatMap(([cluster, versions]) => {
      const path = `sampleApps.helloworld.${cluster}`;
      return [...unknownCluster(cluster, names, path), ...versionProblems(versions, path)];
    }),
    ...(apps.clients ?? []).flatMap((cluster, index) =>
      unknownCluster(cluster, names, `sampleApps.clients[${index}]`),
    ),
  ];
}

function versionProblems(versions: readonly string[], path: string): Problem[] {
  return versions.flatMap((version, index) => {
    if (version !== "v1" && version !== "v2") {
      const message = `"${version}" is no version of Istio's helloworld; use v1 or v2`;
      return [{ path: `${path}[${index}]`, message }];
    }
    if (versions.indexOf(version) === index) return [];
    return [{ path: `${path}[${index}]`, message: `${version} is there already; list each version once` }];
  });
}
