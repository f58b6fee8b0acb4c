import { discoveryLinks, importLinks, isPrimary, servedBy, visibleFrom } from "../../topology/links";
import { hostOf, serviceOf } from "../services/hosts";
import type {
  ImportPortSpec,
  LinkSpec,
  MeshSpec,
  ServiceImportSpec,
  ServicePortSpec,
  ServiceSpec,
} from "../types";

/** A service behind an imported host, with the clusters from which it is imported. */
export interface Exported {
  readonly service: ServiceSpec;
  readonly clusters: readonly string[];
}

/** A host as one cluster imports it. */
export interface HostImport {
  /** Place of the import in the config. */
  readonly index: number;
  readonly settings: ServiceImportSpec;
  readonly importer: string;
  readonly host: string;
  readonly exported: readonly Exported[];
  /** Those of the services that run in the importer, or in a remote of it. */
  readonly local: readonly ServiceSpec[];
  /** Those that have the host for their own name in clusters that the importer discovers. */
  readonly discovered: readonly Exported[];
}

/** Every host that is imported over links, in every cluster that imports it. */
export function hostImports(spec: MeshSpec, links = importLinks(spec)): HostImport[] {
  const primaries = spec.clusters.filter(isPrimary).map(({ name }) => name);
  const mesh = { clusters: spec.clusters, links: discoveryLinks(spec) };
  return (spec.imports ?? []).flatMap((settings, index) => {
    const groups = groupsOf(settings, spec);
    return (settings.into ?? primaries).flatMap((importer) => {
      const linked = linkedTo(importer, links);
      const seen = visibleFrom(importer, mesh);
      return groups.flatMap(([host, services]): HostImport[] => {
        const exported = exportedBy(linked, services, settings);
        if (exported.length === 0) return [];
        const local = localServices(importer, host, services, settings, spec);
        const discovered = services
          .filter((service) => hostOf(service) === host)
          .map((service) => ({ service, clusters: placesOf(service, seen) }))
          .filter(({ clusters }) => clusters.length > 0);
        return [{ index, settings, importer, host, exported, local, discovered }];
      });
    });
  });
}

/** The services that an import chooses. */
export function selectedServices({ services: selector }: ServiceImportSpec, spec: MeshSpec): ServiceSpec[] {
  const { name, matchLabels = {}, namespaces } = selector;
  return (spec.services ?? []).filter(
    (service) =>
      (name === undefined || service.name === name) &&
      Object.entries(matchLabels).every(([key, value]) => service.labels?.[key] === value) &&
      (namespaces === undefined || namespaces.includes(service.namespace)) &&
      placesOf(service, selector.clusters).length > 0,
  );
}

/** The clusters from which a service is taken. */
export function placesOf({ clusters }: ServiceSpec, chosen: readonly string[] | undefined): string[] {
  return clusters.filter((name) => chosen === undefined || chosen.includes(name));
}

/** Each host with the services that stand behind it. */
function groupsOf(settings: ServiceImportSpec, spec: MeshSpec): [host: string, services: ServiceSpec[]][] {
  const selected = selectedServices(settings, spec);
  const { host } = settings;
  return host === undefined ? selected.map((service) => [hostOf(service), [service]]) : [[host, selected]];
}

/** The clusters at the other end of an importer's links. */
export function linkedTo(importer: string, links: readonly LinkSpec[]): ReadonlySet<string> {
  return new Set(links.filter(({ observer }) => observer === importer).map(({ observed }) => observed));
}

/** Of services those that some of these clusters export, with these. */
export function exportedBy(
  linked: ReadonlySet<string>,
  services: readonly ServiceSpec[],
  { services: { clusters: chosen } }: ServiceImportSpec,
): Exported[] {
  return services.flatMap((service) => {
    const clusters = placesOf(service, chosen).filter((name) => linked.has(name));
    return clusters.length === 0 ? [] : [{ service, clusters }];
  });
}

/** A Service's own name leads to its pods in any case; another host only where these are chosen. */
function localServices(
  importer: string,
  host: string,
  services: readonly ServiceSpec[],
  { services: { clusters: chosen } }: ServiceImportSpec,
  spec: MeshSpec,
): ServiceSpec[] {
  const served = servedBy(importer, spec.clusters);
  return services.filter((service) =>
    placesOf(service, host === hostOf(service) ? undefined : chosen).some((name) => served.includes(name)),
  );
}

/** All services behind a host as the importer's clients know it. */
export function servicesBehind({ exported, local, discovered }: HostImport): ServiceSpec[] {
  return [...new Set([...[...exported, ...discovered].map(({ service }) => service), ...local])];
}

/** Ports of an imported host. */
export function portsOf({ settings, exported: [first] }: HostImport): readonly ImportPortSpec[] {
  return settings.ports ?? first?.service.ports ?? [];
}

/** The port of a service to which one of an imported host leads. */
export function sourcePort(service: ServiceSpec, { name }: ImportPortSpec): ServicePortSpec | undefined {
  return service.ports.find((port) => port.name === name);
}

/** Whether a host leads to a service under the name and the ports that this has. */
export function isItsOwn(service: ServiceSpec, found: HostImport): boolean {
  return (
    hostOf(service) === found.host &&
    portsOf(found).every((port) => sourcePort(service, port)?.port === port.port)
  );
}

/**
 * Whether the gateways behind a host need an alias for it: where exporters differ in name, namespace or port, no one
 * server name fits all of them.
 */
export function needsAlias(found: HostImport): boolean {
  return portsOf(found).some((port) => {
    const names = found.exported.map(
      ({ service }) => `${hostOf(service)}:${sourcePort(service, port)?.port}`,
    );
    return new Set(names).size > 1;
  });
}

/** Whether a host is the name of a Service, and so needs its namespace, and a stub where proxies do not answer for DNS. */
export function isServiceHost(host: string): boolean {
  return serviceOf(host) !== undefined;
}
