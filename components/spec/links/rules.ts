import { isPrimary } from "../../topology/links";
import { unknownCluster } from "../labels";
import type { LinkSpec, MeshSpec, Problem } from "../types";

/** Links, hubs and groups name clusters that exist, and only clusters with an istiod observe others. */
export function links(spec: MeshSpec): Problem[] {
  const names = new Set(spec.clusters.map((cluster) => cluster.name));
  const { hubs = [], groups = [] } = spec;
  return [
    ...explicitLinks(spec, names),
    ...hubs.flatMap((hub, index) => [
      ...unknownCluster(hub, names, `hubs[${index}]`),
      ...observerProblems(hub, spec, `hubs[${index}]`),
    ]),
    ...groups.flatMap((group, index) =>
      group.flatMap((name, member) => unknownCluster(name, names, `groups[${index}][${member}]`)),
    ),
  ];
}

function explicitLinks(spec: MeshSpec, names: ReadonlySet<string>): Problem[] {
  const given = spec.links ?? [];
  return given.flatMap((link, index) => {
    const path = `links[${index}]`;
    const first = given.findIndex((other) => sameLink(other, link));
    return [
      ...unknownCluster(link.observer, names, `${path}.observer`),
      ...observerProblems(link.observer, spec, `${path}.observer`),
      ...unknownCluster(link.observed, names, `${path}.observed`),
      ...(link.observer === link.observed
        ? [
            {
              path,
              message: `links ${link.observer} to itself; a cluster always knows itself, remove the link`,
            },
          ]
        : []),
      ...(first < index
        ? [
            {
              path,
              message: `${link.observer} -> ${link.observed} is already links[${first}]; remove one of them`,
            },
          ]
        : []),
    ];
  });
}

function sameLink(a: LinkSpec, b: LinkSpec): boolean {
  return a.observer === b.observer && a.observed === b.observed;
}

function observerProblems(name: string, spec: MeshSpec, path: string): Problem[] {
  const observer = spec.clusters.find((cluster) => cluster.name === name);
  if (observer === undefined || isPrimary(observer)) return [];
  const [controlPlane] = observer.controlPlanes ?? [];
  return [
    {
      path,
      message: `${name} is a remote: it runs no istiod that could observe others; name its control plane ${controlPlane} instead`,
    },
  ];
}
