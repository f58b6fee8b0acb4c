import { labelProblems } from "../labels";
import type { ClusterSpec, MeshSpec, Problem } from "../types";

/** There are clusters, and each has a name of its own. */
export function clusters(spec: MeshSpec): Problem[] {
  // Nothing but requests is made until the first of them is signed.
  const onlyRequests = Object.keys(spec.ca?.provided?.signingRequests ?? {}).length > 0;
  if (spec.clusters.length === 0 && !onlyRequests) {
    return [
      { path: "clusters", message: "is empty; list at least one cluster with name, network and access" },
    ];
  }
  return spec.clusters.flatMap((cluster, index) => {
    const path = `clusters[${index}]`;
    const first = spec.clusters.findIndex((other) => other.name === cluster.name);
    return [
      ...labelProblems(cluster.name, `${path}.name`),
      ...reserved(cluster.name, `${path}.name`),
      ...(first < index
        ? [
            {
              path: `${path}.name`,
              message: `"${cluster.name}" is already the name of clusters[${first}]; give each cluster its own`,
            },
          ]
        : []),
      ...labelProblems(cluster.network, `${path}.network`),
      ...formerName(cluster, `${path}.formerName`, spec),
    ];
  });
}

/** A name that was given up, and by one cluster only. */
function formerName(cluster: ClusterSpec, path: string, { clusters }: MeshSpec): Problem[] {
  const former = cluster.formerName;
  if (former === undefined) return [];
  if (former === cluster.name) {
    return [{ path, message: `is ${former}, the name that it has; give the one that it had, or remove it` }];
  }
  const named = clusters.findIndex(({ name }) => name === former);
  if (named >= 0) {
    return [
      {
        path,
        message: `is the name of clusters[${named}]; rename that one too, in an update before this one`,
      },
    ];
  }
  const first = clusters.findIndex((other) => other.formerName === former);
  if (clusters[first] === cluster) return labelProblems(former, path);
  return [{ path, message: `is already the former name of clusters[${first}]; remove one of them` }];
}

/** What maps by cluster name, as `sampleApps.helloworld` does, would seem to have. */
function reserved(name: string, path: string): Problem[] {
  if (!(name in Object.prototype)) return [];
  return [
    { path, message: `must not be ${name}, which every JavaScript object has; choose a name of its own` },
  ];
}
