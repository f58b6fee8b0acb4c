import { labelProblems } from "../labels";
import type { MeshSpec, Problem } from "../types";

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
    ];
  });
}

/** What maps by cluster name, as `sampleApps.helloworld` does, would seem to have. */
function reserved(name: string, path: string): Problem[] {
  if (!(name in Object.prototype)) return [];
  return [
    { path, message: `must not be ${name}, which every JavaScript object has; choose a name of its own` },
  ];
}
