import { hostedBy, isPrimary } from "../../topology/links";
import { unknownCluster } from "../labels";
import type { ClusterSpec, MeshSpec, Problem } from "../types";

/** Every remote names primaries of this mesh, and sets nothing that only a control plane has. */
export function roles(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) =>
    isPrimary(cluster) ? [] : remote(cluster, `clusters[${index}]`, spec),
  );
}

function remote(cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  const controlPlanes = cluster.controlPlanes ?? [];
  const hosts = cluster.gateway?.hosts;
  return [
    ...controlPlanes.flatMap((name, index) =>
      controlPlane(name, cluster, `${path}.controlPlanes[${index}]`, spec),
    ),
    ...(hosts === undefined
      ? []
      : [
          {
            path: `${path}.gateway.hosts`,
            message: `has no effect: ${controlPlanes[0]} configures the gateway of its remote ${cluster.name}; set hosts there`,
          },
        ]),
  ];
}

function controlPlane(name: string, cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  if (name === cluster.name) {
    return [
      { path, message: `names ${name} itself; leave controlPlanes out for a cluster with its own istiod` },
    ];
  }
  const found = spec.clusters.find((candidate) => candidate.name === name);
  if (found === undefined) {
    return unknownCluster(name, new Set(spec.clusters.map((candidate) => candidate.name)), path);
  }
  if (cluster.controlPlanes?.indexOf(name) !== cluster.controlPlanes?.lastIndexOf(name)) {
    return [{ path, message: `${name} is there twice; name each control plane once` }];
  }
  const hosted = hostedBy(name, spec.clusters);
  if (hosted !== undefined) {
    return [{ path, message: `${name} only runs the istiod of ${hosted}; name ${hosted} instead` }];
  }
  if (isPrimary(found)) return [];
  return [
    { path, message: `${name} is a remote itself; name a primary, such as ${found.controlPlanes?.[0]}` },
  ];
}
