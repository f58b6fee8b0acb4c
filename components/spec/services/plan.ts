import { SAMPLE_NAMESPACE } from "../../defaults";
import { ISTIO_NAMESPACE } from "../../names";
import {
  discoveryLinks,
  isPrimary,
  membersOf,
  primaryOf,
  remotesOf,
  visibleFrom,
} from "../../topology/links";
import { aliasesOf } from "../imports/exports";
import { type HostImport, hostImports, isServiceHost, portsOf } from "../imports/select";
import { planSampleApps } from "../sample-apps/plan";
import type { MeshSpec, ServiceSpec, ServiceStub, ServiceStubsPlan } from "../types";
import { helloworldHost, hostOf, serviceOf } from "./hosts";

/** Namespaces of every cluster of a mesh, whoever uses them. */
const ALWAYS_THERE = ["default", "kube-system", ISTIO_NAMESPACE];

/** Clusters whose clients may call a Service that does not run there. */
export function callersElsewhere(service: ServiceSpec, spec: MeshSpec): string[] {
  const mesh = { clusters: spec.clusters, links: discoveryLinks(spec) };
  return spec.clusters
    .map(({ name }) => name)
    .filter((name) => !service.clusters.includes(name))
    .filter((name) => visibleFrom(name, mesh).some((seen) => service.clusters.includes(seen)));
}

/** The stubs that names need where proxies do not answer for them. */
export function planStubs(spec: MeshSpec): ServiceStubsPlan[] {
  const { serviceStubs = !spec.dnsCapture } = spec;
  return spec.clusters.flatMap(({ name: cluster }) => {
    const services = serviceStubs ? stubsIn(cluster, spec) : [];
    const namespaces = spec.stubNamespaces ? namespacesOf(cluster, services, spec) : [];
    return services.length + namespaces.length === 0 ? [] : [{ cluster, namespaces, services }];
  });
}

/** Hosts that are Services without pods to a cluster: stubs, or what the sample applications have wherever they are. */
export function stubHosts(cluster: string, spec: MeshSpec): string[] {
  const { serviceStubs = !spec.dnsCapture } = spec;
  return [...(serviceStubs ? stubsIn(cluster, spec).map(hostOf) : []), ...emptySamples(cluster, spec)];
}

function emptySamples(cluster: string, spec: MeshSpec): string[] {
  if (spec.sampleApps === undefined) return [];
  const mesh = { clusters: spec.clusters, links: discoveryLinks(spec) };
  const known = [...visibleFrom(cluster, mesh), ...remotesOf(cluster, spec.clusters)];
  const host = helloworldHost(spec.sampleApps.namespace);
  const isKnown = planSampleApps(spec.sampleApps, membersOf(spec)).some((apps) =>
    known.includes(apps.cluster),
  );
  const runs = (spec.services ?? []).some(
    (service) => hostOf(service) === host && service.clusters.some((name) => known.includes(name)),
  );
  return isKnown && !runs ? [host] : [];
}

/** Whether there are names that no cluster's own DNS knows. */
export function hasUnknownNames(spec: MeshSpec): boolean {
  return spec.clusters.some(({ name }) => stubsIn(name, spec).length > 0);
}

/** A stub for each Service that a cluster's clients call and that does not run there, however they come to know it. */
function stubsIn(cluster: string, spec: MeshSpec): ServiceStub[] {
  const { services = [] } = spec;
  const imports = importsIn(cluster, spec);
  const seen = visibleFrom(cluster, { clusters: spec.clusters, links: discoveryLinks(spec) });
  const isCalled = (service: ServiceSpec) =>
    service.clusters.some((name) => seen.includes(name)) ||
    imports.some(({ host }) => host === hostOf(service));
  const listed = services
    .filter((service) => isCalled(service) && !service.clusters.includes(cluster))
    .map((service) => {
      const { name, namespace, ports } = service;
      const retained = isSample(service, cluster, spec) ? { retained: true } : {};
      return { name, namespace, ports: plain(ports), ...retained };
    });
  const others = imports.flatMap((found): ServiceStub[] => {
    const named = serviceOf(found.host);
    if (named === undefined || services.some((service) => hostOf(service) === found.host)) return [];
    return [{ ...named, ports: plain(portsOf(found)) }];
  });
  return [...listed, ...others];
}

/** Whether it is the Service that the sample applications of a cluster make. */
function isSample(service: ServiceSpec, cluster: string, { sampleApps, ...spec }: MeshSpec): boolean {
  if (sampleApps === undefined || hostOf(service) !== helloworldHost(sampleApps.namespace)) return false;
  return planSampleApps(sampleApps, membersOf(spec)).some((apps) => apps.cluster === cluster);
}

/** The imports that a cluster's clients use: those of its control plane. */
function importsIn(name: string, spec: MeshSpec): HostImport[] {
  const importer = primaryOf(name, spec.clusters);
  return hostImports(spec).filter((found) => found.importer === importer);
}

function plain(ports: ServiceStub["ports"]): ServiceStub["ports"] {
  return ports.map(({ name, port }) => ({ name, port }));
}

/**
 * Namespaces to make, for stubs and for what belongs to Services that are imported, or exported under another host: none
 * that exist anyhow, or in which another Service of the list runs here already.
 */
function namespacesOf(cluster: string, stubs: readonly ServiceStub[], spec: MeshSpec): string[] {
  const isOwn = spec.clusters.some((own) => own.name === cluster && isPrimary(own));
  const imported = isOwn ? importsIn(cluster, spec).filter(({ host }) => isServiceHost(host)) : [];
  const aliases = isOwn ? aliasesOf(cluster, spec) : [];
  const wanted = [...stubs, ...imported.flatMap(({ host }) => serviceOf(host) ?? []), ...aliases];
  const inUse = (spec.services ?? [])
    .filter(({ clusters }) => clusters.includes(cluster))
    .map(({ namespace }) => namespace);
  const there = [
    ...ALWAYS_THERE,
    ...inUse,
    ...(spec.sampleApps ? [spec.sampleApps.namespace ?? SAMPLE_NAMESPACE] : []),
  ];
  return [...new Set(wanted.map(({ namespace }) => namespace))].filter((name) => !there.includes(name));
}
