import { ISTIO_NAMESPACE } from "../../names";
import { importLinksWithLeaving, isPrimary, servedBy } from "../../topology/links";
import { hostOf } from "../services/hosts";
import type {
  AliasPortPlan,
  MeshSpec,
  OfferPlan,
  ServiceAliasPlan,
  ServiceExportPlan,
  ServiceSpec,
} from "../types";
import { type HostImport, hostImports, isItsOwn, needsAlias, portsOf, sourcePort } from "./select";

/** What each control plane's gateways lead to because others import it. */
export function planExports(spec: MeshSpec): ServiceExportPlan[] {
  return spec.clusters.filter(isPrimary).flatMap(({ name }): ServiceExportPlan[] => {
    const hosts = exportedHostsOf(name, spec);
    return hosts.length === 0 ? [] : [{ cluster: name, hosts, aliases: aliasesOf(name, spec) }];
  });
}

/** What each cluster offers to meshes of other stacks. */
export function planOffers(spec: MeshSpec): OfferPlan[] {
  return spec.clusters.flatMap(({ name: cluster, region }): OfferPlan[] => {
    const services = (spec.services ?? [])
      .filter(({ exported, clusters }) => exported && clusters.includes(cluster))
      .map(({ name, namespace, ports, labels = {}, serviceAccounts = [] }) => ({
        name,
        namespace,
        ports: ports.map((port) => ({ name: port.name, port: port.port })),
        labels,
        serviceAccounts,
      }));
    return services.length === 0 ? [] : [{ cluster, region, services }];
  });
}

/** What is imported, from clusters that leave too: their gateways stay for the connections that there are. */
function importsOfAll(spec: MeshSpec): HostImport[] {
  return hostImports(spec, importLinksWithLeaving(spec));
}

/**
 * Hosts by which gateways that a cluster configures are asked for what is imported elsewhere, by name. A service's own name
 * stays beside an alias: importers go from one to the other as exporters come and go.
 */
export function exportedHostsOf(cluster: string, spec: MeshSpec): string[] {
  const served = servedBy(cluster, spec.clusters);
  const isHere = (clusters: readonly string[]) => clusters.some((name) => served.includes(name));
  const imported = importsOfAll(spec).flatMap((found) =>
    found.exported
      .filter(({ clusters }) => isHere(clusters))
      .flatMap(({ service }) => [hostOf(service), ...(needsAlias(found) ? [found.host] : [])]),
  );
  const offered = (spec.services ?? []).filter(({ exported, clusters }) => exported && isHere(clusters));
  return [...new Set([...imported, ...offered.map(hostOf)])].sort();
}

/** A service to which an imported host leads, and the clusters that export it. */
export interface Aliased {
  readonly found: HostImport;
  readonly service: ServiceSpec;
}

/** The names that gateways of a cluster know beside the Services' own. */
export function aliasesOf(cluster: string, spec: MeshSpec): ServiceAliasPlan[] {
  const aliases = new Map<string, ServiceAliasPlan>();
  for (const { found, service } of aliased(cluster, spec)) {
    const known = aliases.get(found.host)?.ports ?? [];
    const ports = aliasPorts(found, service)
      .filter(({ port }) => known.every((other) => other.port !== port))
      .map((port) => (known.some(({ name }) => name === port.name) ? numbered(port) : port));
    aliases.set(found.host, {
      host: found.host,
      service: hostOf(service),
      namespace: service.namespace,
      ports: [...known, ...ports],
      ...(service.selector === undefined ? {} : { workloadSelector: service.selector }),
    });
  }
  return [...aliases.values()];
}

/** A port that another one has the name of, with its protocol still. */
function numbered(port: AliasPortPlan): AliasPortPlan {
  return { ...port, name: `${port.name}-${port.port}` };
}

/** Each imported host that a cluster exports under another name than its services have. */
export function aliased(cluster: string, spec: MeshSpec): Aliased[] {
  const served = servedBy(cluster, spec.clusters);
  const imports = hostImports(spec);
  return importsOfAll(spec)
    .filter(needsAlias)
    .flatMap((found) =>
      found.exported
        .filter(({ clusters }) => clusters.some((name) => served.includes(name)))
        .filter(({ service }) => !isItsOwn(service, found))
        // What lets a cluster's own clients reach its pods by that name does for its gateway as well.
        .filter(({ service }) => !imports.some((own) => standsIn(own, cluster, found.host, service)))
        .map(({ service }) => ({ found, service })),
    );
}

/** Whether a cluster imports a host in such a way that its own pods of a service serve it. */
export function standsIn(own: HostImport, cluster: string, host: string, service: ServiceSpec): boolean {
  return own.importer === cluster && own.host === host && own.local.includes(service);
}

function aliasPorts(found: HostImport, service: ServiceSpec): AliasPortPlan[] {
  return portsOf(found).flatMap(({ name, port }) => {
    const source = sourcePort(service, { name, port });
    if (source === undefined) return [];
    const targetPort = service.selector === undefined ? source.port : (source.targetPort ?? source.port);
    return [{ name, port, targetPort }];
  });
}

/** Namespaces that have to see an import so that those who may use it do, and the gateway where it leads there. */
export function visibilityOf(found: HostImport, spec: MeshSpec): string[] {
  const { namespaces } = found.settings;
  if (namespaces === undefined) return ["*"];
  const isExported = exportedHostsOf(found.importer, spec).includes(found.host);
  return [...new Set([...namespaces, ...(isExported ? [ISTIO_NAMESPACE] : [])])];
}
