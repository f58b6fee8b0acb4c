import { isIP } from "node:net";
import { ISTIO_NAMESPACE, passthroughSni } from "../../names";
import { addressTypeOf } from "../gateway/plan";
import { importFailover } from "../locality/priority";
import { hostOf, serviceOf } from "../services/hosts";
import { stubHosts } from "../services/plan";
import { trustDomainOf } from "../trust-domains/plan";
import type {
  AddressType,
  ImportedEndpointPlan,
  ImportedPortPlan,
  ImportPortSpec,
  MeshSpec,
  ServiceImportPlan,
  ServiceSpec,
} from "../types";
import { visibilityOf } from "./exports";
import { importNetwork } from "./network";
import { type HostImport, hostImports, needsAlias, portsOf, sourcePort } from "./select";

/** What every cluster imports. */
export function planImports(spec: MeshSpec): ServiceImportPlan[] {
  const found = hostImports(spec);
  const stubs = new Map(
    [...new Set(found.map(({ importer }) => importer))].map((importer) => [
      importer,
      stubHosts(importer, spec),
    ]),
  );
  return found.map((one) => planImport(one, stubs.get(one.importer) ?? [], spec));
}

function planImport(found: HostImport, stubs: readonly string[], spec: MeshSpec): ServiceImportPlan {
  const { importer, host, exported, settings } = found;
  const pods = workloadSelectorOf(found);
  return {
    cluster: importer,
    host,
    namespace: namespaceOf(found),
    exportTo: visibilityOf(found, spec),
    ports: portsOf(found).map((port) => planPort(port, found)),
    endpoints: clustersBehind(found).map((cluster) => planEndpoint(cluster, spec)),
    subjectAltNames: settings.anyIdentity ? [] : identities(found, spec),
    ...(settings.failover === undefined ? {} : { failover: importFailover(settings.failover) }),
    ...(pods === undefined ? {} : { workloadSelector: pods }),
    stub: stubs.includes(host),
    sources: exported.flatMap(({ service: { name, namespace }, clusters }) =>
      clusters.map((cluster) => ({ cluster, name, namespace })),
    ),
  };
}

/** Names of the clusters behind a host, each once. */
export function clustersBehind({ exported }: Pick<HostImport, "exported">): string[] {
  return [...new Set(exported.flatMap(({ clusters }) => clusters))];
}

/** A ServiceEntry finds pods in its own namespace only, and belongs to a Service in that Service's only. */
function namespaceOf({ host, local: [first] }: HostImport): string {
  return serviceOf(host)?.namespace ?? first?.namespace ?? ISTIO_NAMESPACE;
}

function workloadSelectorOf({ host, local }: HostImport): Readonly<Record<string, string>> | undefined {
  return local.find((service) => hostOf(service) !== host)?.selector;
}

function planPort(port: ImportPortSpec, found: HostImport): ImportedPortPlan {
  const { host, exported, local } = found;
  const [{ service } = { service: undefined }] = exported;
  const source = service && sourcePort(service, port);
  const sni = service && source && passthroughSni(hostOf(service), source.port);
  const isOwn = sni === passthroughSni(host, port.port);
  const [pods] = workloadSelectorOf(found) === undefined ? [] : local;
  const podPort = pods && sourcePort(pods, port);
  return {
    name: port.name,
    port: port.port,
    ...(sni === undefined || isOwn || needsAlias(found) ? {} : { sni }),
    ...(podPort === undefined ? {} : { targetPort: podPort.targetPort ?? podPort.port }),
  };
}

function planEndpoint(name: string, spec: MeshSpec): ImportedEndpointPlan {
  const cluster = spec.clusters.find((candidate) => candidate.name === name);
  const exporter = spec.exporters?.find((candidate) => candidate.name === name);
  const addresses = cluster?.gatewayAddresses ?? exporter?.addresses;
  const region = (cluster ?? exporter)?.region;
  const otherwise = cluster ? addressTypeOf(cluster, spec) : (exporter?.addressType ?? "ip");
  return {
    cluster: name,
    network: importNetwork(name),
    ...(region === undefined ? {} : { locality: region }),
    addressType: addresses === undefined ? otherwise : typeOf(addresses),
    ...(addresses === undefined ? {} : { addresses }),
  };
}

/** Whether the gateway of a cluster that exports has a host name, as far as the config tells. */
export function hasHostName(name: string, spec: MeshSpec): boolean {
  return planEndpoint(name, spec).addressType === "hostname";
}

function typeOf(addresses: readonly string[]): AddressType {
  return addresses.every((address) => isIP(address) > 0) ? "ip" : "hostname";
}

/** SPIFFE IDs of whatever stands behind a host, here and elsewhere. */
function identities({ importer, exported, local, discovered }: HostImport, spec: MeshSpec): string[] {
  const domainOf = (cluster: string) =>
    spec.exporters?.find(({ name }) => name === cluster)?.trustDomain ?? trustDomainOf(cluster, spec);
  const ids = [
    ...[...exported, ...discovered].flatMap(({ service, clusters }) =>
      clusters.flatMap((cluster) => idsOf(service, domainOf(cluster))),
    ),
    ...local.flatMap((service) => idsOf(service, trustDomainOf(importer, spec))),
  ];
  return [...new Set(ids)];
}

function idsOf({ namespace, serviceAccounts = [] }: ServiceSpec, trustDomain: string): string[] {
  return serviceAccounts.map((account) => `spiffe://${trustDomain}/ns/${namespace}/sa/${account}`);
}
