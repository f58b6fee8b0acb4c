import { AUTO_PASSTHROUGH_PORT, passthroughSni } from "../components/names";
import { importedHost } from "../components/spec/imports/imported-host";
import { helloworldHost } from "../components/spec/services/hosts";
import type {
  ClusterPlan,
  ImportedPortPlan,
  MeshPlan,
  ServiceExportPlan,
  ServiceImportPlan,
} from "../components/spec/types";
import { primaryOf, remotesOf } from "../components/topology/links";
import type { EnvoyEndpoint } from "./envoy";
import { outboundCluster } from "./envoy-config";
import { endpoint } from "./expected-endpoints";

/** What clients in a cluster import: what the primary does that serves them. */
export function importsIn({ clusters, imports }: MeshPlan, cluster: string): ServiceImportPlan[] {
  const importer = primaryOf(cluster, clusters);
  return imports.filter((found) => found.cluster === importer);
}

/** Whether clients in a cluster have the sample application helloworld by an import. */
export function importsHelloworld(plan: MeshPlan, cluster: string, namespace: string): boolean {
  return importsIn(plan, cluster).some(({ host }) => host === helloworldHost(namespace));
}

/** The clusters whose clients import something, in the order of the plan. */
export function importers(plan: MeshPlan): ClusterPlan[] {
  return plan.clusters.filter(({ name }) => importsIn(plan, name).length > 0);
}

/** Whether a namespace sees an import. */
export function isVisibleIn({ exportTo }: ServiceImportPlan, namespace: string): boolean {
  return exportTo.includes("*") || exportTo.includes(namespace);
}

/** Name of the Envoy cluster through which clients call a port of an import. */
export function clusterOfPort(imported: ServiceImportPlan, { port }: ImportedPortPlan): string {
  return outboundCluster(importedHost(imported), port);
}

/** Server name by which exporters' gateways are asked for a port of an import. */
export function sniOf({ host }: ServiceImportPlan, { port, sni }: ImportedPortPlan): string {
  return sni ?? passthroughSni(host, port);
}

/** Server names by which the gateway of a cluster is asked. */
export function snisAskedOf(plan: MeshPlan, exporter: string): string[] {
  const snis = plan.imports
    .filter(({ endpoints }) => endpoints.some(({ cluster }) => cluster === exporter))
    .flatMap((imported) => imported.ports.map((port) => sniOf(imported, port)));
  return [...new Set(snis)].sort();
}

/** What the gateway of a cluster exports: the same as all gateways that its primary configures. */
export function exportsOf(plan: MeshPlan, { name }: ClusterPlan): ServiceExportPlan | undefined {
  const primary = primaryOf(name, plan.clusters);
  return plan.exports.find(({ cluster }) => cluster === primary);
}

/** Hosts, or patterns of these, to which the gateway of an exporting cluster is to lead. */
export function hostsOf(
  plan: MeshPlan,
  cluster: ClusterPlan,
  exported: ServiceExportPlan,
): readonly string[] {
  const primary = primaryOf(cluster.name, plan.clusters);
  return plan.clusters.find(({ name }) => name === primary)?.gateway?.hosts ?? exported.hosts;
}

/** Whether a cluster's gateways are all that its primary configures, so that whatever it exports runs there. */
export function isAlone({ clusters }: MeshPlan, { name }: ClusterPlan): boolean {
  return remotesOf(primaryOf(name, clusters), clusters).length === 0;
}

/** Whether an endpoint is the port for services of a gateway, by whose address or name it is known. */
export function isGateway({ address, hostname }: EnvoyEndpoint, gateway: string): boolean {
  return (
    isSomeGateway({ address }) &&
    (address === endpoint(gateway, AUTO_PASSTHROUGH_PORT) || hostname === gateway)
  );
}

/** Whether an endpoint is the port for services of any gateway. */
export function isSomeGateway({ address }: Pick<EnvoyEndpoint, "address">): boolean {
  return address.endsWith(`:${AUTO_PASSTHROUGH_PORT}`);
}
