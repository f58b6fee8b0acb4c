import { discoveryLinks, isImport, isPrimary, remotesOf } from "../../topology/links";
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
  const exporters = (spec.exporters ?? []).map(({ name }) => name);
  return given.flatMap((link, index) => {
    const path = `links[${index}]`;
    const first = given.findIndex((other) => sameLink(other, link));
    return [
      ...unknownCluster(link.observer, names, `${path}.observer`),
      ...observerProblems(link.observer, spec, `${path}.observer`),
      ...unknownCluster(
        link.observed,
        isImport(link) ? new Set([...names, ...exporters]) : names,
        `${path}.observed`,
      ),
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
      ...bothKinds(link, path, spec),
    ];
  });
}

function sameLink(a: LinkSpec, b: LinkSpec): boolean {
  return samePair(a, b) && isImport(a) === isImport(b);
}

function samePair(a: LinkSpec, b: LinkSpec): boolean {
  return a.observer === b.observer && a.observed === b.observed;
}

/** A pair is linked in one way, unless it says that it is on the way from one to the other. */
function bothKinds(link: LinkSpec, path: string, spec: MeshSpec): Problem[] {
  const { observer, observed, migrating = false } = link;
  const discovered = discoveryLinks(spec).some((other) => samePair(other, link));
  if (!isImport(link)) {
    if (!migrating) return [];
    const message = "belongs to the import link of the pair; move it there, or remove it";
    return [{ path: `${path}.migrating`, message }];
  }
  if (remotesOf(observer, spec.clusters).includes(observed)) {
    const message = `is of kind import, but ${observer} serves ${observed}, whose API it reads anyway; remove the link`;
    return [{ path, message }];
  }
  if (discovered && !migrating) {
    const other = spec.links?.findIndex((one) => samePair(one, link) && !isImport(one)) ?? -1;
    const where = other < 0 ? "hubs or groups" : `links[${other}]`;
    const message = `makes ${observer} -> ${observed} an import, and ${where} discovery: its credential would stay; remove one of them, or set migrating: true here until you have`;
    return [{ path, message }];
  }
  const leaves = spec.clusters.some(({ name, leaving }) => name === observed && leaving);
  if (!migrating || discovered || leaves) return [];
  const message = `is true, but ${observer} -> ${observed} has no other link; remove it, or add the discovery link that it comes from or goes to`;
  return [{ path: `${path}.migrating`, message }];
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
