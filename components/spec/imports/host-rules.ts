import { discoveryLinks, remotesOf, visibleFrom } from "../../topology/links";
import { isDnsName } from "../labels";
import { clusterLocalPattern, helloworldHost, hostOf, SERVICE_DOMAIN, serviceOf } from "../services/hosts";
import { stubHosts } from "../services/plan";
import { isTls } from "../services/port-protocol";
import type { MeshSpec, Problem, ServiceSpec } from "../types";
import { clustersBehind, hasHostName } from "./plan";
import { type HostImport, hostImports, isServiceHost, portsOf, selectedServices } from "./select";

/** Every imported host can be resolved, leads to what is meant, and is imported once. */
export function importedHosts(spec: MeshSpec): Problem[] {
  const found = hostImports(spec);
  const given = (spec.imports ?? []).flatMap(({ host }, index) =>
    host === undefined ? [] : givenHost(host, index, spec),
  );
  const rules = [twice, otherService, usersOfService, byHostName, encryptedByHostName, failsOverTwice];
  return [
    ...given,
    ...rules.flatMap((rule) => oncePerPlace(found.flatMap((one) => rule(one, spec, found)))),
    ...oncePerPlace(found.flatMap((one) => localPods(one, spec))),
  ];
}

/** A problem of an import shows in every cluster that imports it, and is told of the first. */
export function oncePerPlace(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ path }, index) => problems.findIndex((other) => other.path === path) === index);
}

function givenHost(host: string, index: number, spec: MeshSpec): Problem[] {
  const path = `imports[${index}].host`;
  if (!isDnsName(host)) {
    return [{ path, message: `"${host}" is not a DNS name such as hello.shop.mesh.internal` }];
  }
  const short = (spec.services ?? []).find(({ name, namespace }) => isShort(host, `${name}.${namespace}`));
  if (short !== undefined) {
    const message = `is short for the Service ${hostOf(short)}, and in a cluster that has it means that; write it in full, or use another host`;
    return [{ path, message }];
  }
  if (!spec.dnsCapture && !isServiceHost(host)) {
    const message = `${host} is a name that no Service can have, and no proxy answers DNS queries; set dnsCapture: true, or use <name>.<namespace>.${SERVICE_DOMAIN}`;
    return [{ path, message }];
  }
  const pattern = clusterLocalPattern(host, spec);
  if (pattern === undefined) return [];
  // Of a Service's own name that is said once, of the Service.
  if ((spec.services ?? []).some((service) => hostOf(service) === host)) return [];
  const mend = spec.clusterLocal?.includes(pattern)
    ? "remove it from clusterLocal, or use another host"
    : "use another host";
  return [{ path, message: `${host} is one of ${pattern}, which each cluster keeps to itself; ${mend}` }];
}

function isShort(host: string, name: string): boolean {
  return [name, `${name}.svc`].includes(host);
}

function twice({ importer, host, index }: HostImport, _: MeshSpec, all: readonly HostImport[]): Problem[] {
  const first = all.find((other) => other.importer === importer && other.host === host);
  if (first === undefined || first.index === index) return [];
  const message = `imports ${host} into ${importer}, which imports[${first.index}] does as well; select the services of both in one of them`;
  return [{ path: `imports[${index}]`, message }];
}

/** Clusters whose Services a cluster's proxies know by themselves. */
function knownTo(importer: string, spec: MeshSpec): string[] {
  const mesh = { clusters: spec.clusters, links: discoveryLinks(spec) };
  return [...visibleFrom(importer, mesh), ...remotesOf(importer, spec.clusters)];
}

/** The Service of a host's name that the importer's proxies know, with a cluster in which it runs. */
function knownService(
  host: string,
  importer: string,
  spec: MeshSpec,
): { service: ServiceSpec; cluster: string } | undefined {
  const known = knownTo(importer, spec);
  return (spec.services ?? [])
    .filter((service) => hostOf(service) === host)
    .flatMap((service) => {
      const cluster = known.find((name) => service.clusters.includes(name));
      return cluster === undefined ? [] : [{ service, cluster }];
    })[0];
}

function otherService({ settings, importer, host, index }: HostImport, spec: MeshSpec): Problem[] {
  const known = knownService(host, importer, spec);
  if (known === undefined || selectedServices(settings, spec).includes(known.service)) return [];
  const { namespace, name } = known.service;
  const message = `${host} is the Service ${name} in namespace ${namespace} of ${known.cluster}, which this import does not select: ${importer} would ignore the import, or mix both; use another host, or select that Service too`;
  return [{ path: `imports[${index}].host`, message }];
}

/** Endpoints belong to a Service's host, whoever sees the import of them. */
function usersOfService({ settings, importer, host, index }: HostImport, spec: MeshSpec): Problem[] {
  if (settings.namespaces === undefined) return [];
  const isThere = knownService(host, importer, spec) !== undefined;
  if (!isThere && !stubHosts(importer, spec).includes(host)) return [];
  const message = `has no effect: ${host} is a Service${isThere ? "" : " (a stub)"} in ${importer}, which clients of every namespace see; give the import a host that no Service has, with dnsCapture: true, or remove it`;
  return [{ path: `imports[${index}].namespaces`, message }];
}

/** Endpoints that DNS has to resolve are lost where Istio merges them with those of a Service. */
function byHostName(found: HostImport, spec: MeshSpec): Problem[] {
  const { importer, host, local, index } = found;
  const exporter = clustersBehind(found).find((name) => hasHostName(name, spec));
  if (exporter === undefined) return [];
  const [pods] = local;
  const known = knownService(host, importer, spec);
  if (pods === undefined && (known === undefined || migrates(importer, known.cluster, spec))) return [];
  const who = pods === undefined ? `the Service of ${known?.cluster}` : `its pods in ${importer}`;
  const message = `leads ${host} to ${exporter}, whose gateway has a host name, and to ${who}: Istio drops one of them (DNS and fixed addresses do not mix); import it under another host without these, or give ${exporter} a gateway with IPs`;
  return [{ path: `imports[${index}]`, message }];
}

/** A route from a stub to gateways with host names has to know what it leads on. */
function encryptedByHostName(found: HostImport, spec: MeshSpec): Problem[] {
  const { importer, host, index } = found;
  const exporter = clustersBehind(found).find((name) => hasHostName(name, spec));
  const encrypted = portsOf(found).find(({ name }) => isTls(name));
  if (exporter === undefined || encrypted === undefined || !stubHosts(importer, spec).includes(host))
    return [];
  const mend = spec.dnsCapture ? "leave serviceStubs out" : "set dnsCapture: true";
  const message = `leads port ${encrypted.port} of ${host} (${encrypted.name}), which clients encrypt by themselves, to ${exporter}, whose gateway has a host name: no route from a stub fits it; ${mend}, or give ${exporter} a gateway with IPs`;
  return [{ path: `imports[${index}]`, message }];
}

/** Whether a pair has both kinds of link for now: then what is imported takes the place of what is discovered. */
function migrates(observer: string, observed: string, { links = [] }: MeshSpec): boolean {
  return links.some((link) => link.migrating && link.observer === observer && link.observed === observed);
}

/** Istio heeds one DestinationRule per host. */
function failsOverTwice({ importer, host, index }: HostImport, { sampleApps }: MeshSpec): Problem[] {
  if (sampleApps?.failover === undefined || helloworldHost(sampleApps.namespace) !== host) return [];
  const message = `is set, and ${importer} imports helloworld by imports[${index}]: Istio heeds one of the two; set failover there, and remove it here`;
  return [{ path: "sampleApps.failover", message }];
}

/** Pods that no Service of the host's name leads to have to be found by their labels, in one namespace. */
function localPods({ importer, host, local, index }: HostImport, spec: MeshSpec): Problem[] {
  const others = local.filter((service) => hostOf(service) !== host);
  const [first, second] = others;
  if (first === undefined) return [];
  if (second !== undefined || serviceMismatch(host, first)) {
    const message = `${host} would lead to pods of ${others.map(hostOf).join(" and ")} in ${importer}, and Istio finds those of one Service in one namespace only; leave ${importer} out of services.clusters, or use a host of its own for each`;
    return [{ path: `imports[${index}].host`, message }];
  }
  if (first.selector !== undefined) return [];
  const message = `is missing: it runs in ${importer}, which imports it as ${host}, and no Service of that name leads to its pods; give their labels, or leave ${importer} out of imports[${index}].services.clusters`;
  return [{ path: `services[${spec.services?.indexOf(first) ?? 0}].selector`, message }];
}

function serviceMismatch(host: string, { namespace }: ServiceSpec): boolean {
  const named = serviceOf(host);
  return named !== undefined && named.namespace !== namespace;
}
