import { hostedBy, importLinks, importLinksWithLeaving, isPrimary } from "../../topology/links";
import { labelProblems, unknownCluster } from "../labels";
import { orderByCluster } from "../locality/priority";
import { failoverProblems } from "../locality/rules";
import { CLUSTER_LABEL } from "../../names";
import type { LinkSpec, MeshSpec, Problem, ServiceImportSpec } from "../types";
import { exportedBy, hostImports, linkedTo, placesOf, selectedServices } from "./select";

/** Imports choose services that there are, for clusters that have a link to them, and every such link is used. */
export function imports(spec: MeshSpec): Problem[] {
  return [
    ...(spec.imports ?? []).flatMap((settings, index) => {
      const path = `imports[${index}]`;
      return [
        ...selection(settings, path, spec),
        ...importers(settings, path, spec),
        ...users(settings, path),
        ...failover(settings, path),
      ];
    }),
    ...unusedLinks(spec),
  ];
}

/** Names of all that can be imported from. */
function placeNames({ clusters, exporters = [] }: MeshSpec): Set<string> {
  return new Set([...clusters, ...exporters].map(({ name }) => name));
}

function selection(settings: ServiceImportSpec, path: string, spec: MeshSpec): Problem[] {
  const { clusters = [] } = settings.services;
  const unknown = clusters.flatMap((name, index) =>
    unknownCluster(name, placeNames(spec), `${path}.services.clusters[${index}]`),
  );
  if (unknown.length > 0 || selectedServices(settings, spec).length > 0) return unknown;
  const message =
    "selects nothing: no entry of services has this name, these labels, one of these namespaces and runs in one of these clusters; " +
    "labels are those of this config, not of Services";
  return [{ path: `${path}.services`, message }];
}

function importers(settings: ServiceImportSpec, path: string, spec: MeshSpec): Problem[] {
  const selected = selectedServices(settings, spec);
  const { into } = settings;
  if (into?.length === 0) {
    return [
      { path: `${path}.into`, message: "is empty; name the clusters that import, or leave it out for all" },
    ];
  }
  if (selected.length === 0) return [];
  const { clusters: chosen } = settings.services;
  const sources = [...new Set(selected.flatMap((service) => placesOf(service, chosen)))].join(", ");
  // One to a cluster that leaves counts, though nothing is imported from there any more.
  const links = importLinksWithLeaving(spec);
  const isLinked = (name: string) => exportedBy(linkedTo(name, links), selected, settings).length > 0;
  if (into === undefined) {
    if (spec.clusters.some(({ name }) => isLinked(name))) return [];
    const message = `is used by nobody: no cluster has a link of kind import to ${sources}; add one to links`;
    return [{ path, message }];
  }
  return into.flatMap((name, index) => {
    const at = `${path}.into[${index}]`;
    const cluster = spec.clusters.find((candidate) => candidate.name === name);
    if (cluster === undefined) return unknownCluster(name, new Set(spec.clusters.map((own) => own.name)), at);
    if (into.indexOf(name) < index) return [{ path: at, message: `${name} is there already; name it once` }];
    if (!isPrimary(cluster)) {
      const message = `${name} is a remote: it has what its control plane ${cluster.controlPlanes?.[0]} imports; name that instead`;
      return [{ path: at, message }];
    }
    // Of the host of an external control plane it is said that it is no member.
    if (isLinked(name) || hostedBy(name, spec.clusters) !== undefined) return [];
    const message = `${name} has no link of kind import to ${sources}; add { observer: ${name}, observed: …, kind: import } to links, or remove it here`;
    return [{ path: at, message }];
  });
}

function users({ namespaces }: ServiceImportSpec, path: string): Problem[] {
  if (namespaces?.length === 0) {
    return [
      { path: `${path}.namespaces`, message: "is empty, so nobody could use it; list some, or leave it out" },
    ];
  }
  return (namespaces ?? []).flatMap((name, index) => labelProblems(name, `${path}.namespaces[${index}]`));
}

function failover({ failover: settings }: ServiceImportSpec, path: string): Problem[] {
  if (settings === undefined) return [];
  const at = `${path}.failover`;
  const index = orderByCluster(settings);
  const byCluster =
    index < 0
      ? []
      : [
          {
            path: `${at}.failoverPriority[${index}]`,
            message: `is ${CLUSTER_LABEL}, but Istio counts imported endpoints to the importer's own cluster; set region of the exporting clusters and order by topology.kubernetes.io/region`,
          },
        ];
  return [...failoverProblems(settings, at), ...byCluster];
}

/** A link over which nothing is imported is a way for nothing. */
function unusedLinks(spec: MeshSpec): Problem[] {
  const found = hostImports(spec);
  const isUsed = ({ observer, observed }: LinkSpec) =>
    found.some(
      ({ importer, exported }) =>
        importer === observer && exported.some(({ clusters }) => clusters.includes(observed)),
    );
  const judged = importLinks(spec).filter((link) => isPlain(link, spec));
  return judged
    .filter((link) => !isUsed(link))
    .map((link) => ({
      path: `links[${spec.links?.indexOf(link) ?? 0}]`,
      message: `imports nothing: no entry of imports takes a service of ${link.observed} into ${link.observer}; add one, or remove the link`,
    }));
}

/** Of a link that is wrong in itself nothing else is said. */
function isPlain({ observer, observed }: LinkSpec, spec: MeshSpec): boolean {
  const cluster = spec.clusters.find(({ name }) => name === observer);
  return (
    cluster !== undefined && isPrimary(cluster) && observer !== observed && placeNames(spec).has(observed)
  );
}
