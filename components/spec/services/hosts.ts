import { ISTIO_NAMESPACE } from "../../names";
import { linksOf, visibleFrom } from "../../topology/links";
import type { MeshSpec, ServiceSpec, ServiceStubsPlan } from "../types";

/** Suffix of the full name of every Service of a cluster. */
export const SERVICE_DOMAIN = "svc.cluster.local";

/** What Istio's east-west gateways lead to in its own guides: everything. */
const ALL_HOSTS = ["*.local"];

/** Hosts that are cluster-local whether or not anybody says so. */
const CLUSTER_LOCAL_BY_DEFAULT = [`*.kube-system.${SERVICE_DOMAIN}`, `kubernetes.default.${SERVICE_DOMAIN}`];

/** Namespaces of every cluster of a mesh, whoever uses them. */
const ALWAYS_THERE = ["default", "kube-system", ISTIO_NAMESPACE];

/** Name under which Istio knows a Service in every cluster. */
export function hostOf({ name, namespace }: Pick<ServiceSpec, "name" | "namespace">): string {
  return `${name}.${namespace}.${SERVICE_DOMAIN}`;
}

/** The same of helloworld. */
export function helloworldHost(namespace = "sample"): string {
  return hostOf({ name: "helloworld", namespace });
}

/** Whether a host or a pattern such as `*.sample.svc.cluster.local` means `host`. */
export function covers(pattern: string, host: string): boolean {
  return pattern.startsWith("*") ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** What makes a host reachable within each cluster only, if anything does. */
export function clusterLocalPattern(
  host: string,
  { clusterLocal = [] }: { readonly clusterLocal?: readonly string[] | undefined },
): string | undefined {
  return [...clusterLocal, ...CLUSTER_LOCAL_BY_DEFAULT].find((pattern) => covers(pattern, host));
}

/** Hosts that gateways lead to unless told otherwise: what is exported, or everything if nothing is listed. */
export function exportedHosts(spec: MeshSpec): readonly string[] {
  if (spec.services === undefined) return ALL_HOSTS;
  const helloworld = spec.sampleApps === undefined ? [] : [helloworldHost(spec.sampleApps.namespace)];
  return [...spec.services.map(hostOf), ...helloworld].filter(
    (host) => clusterLocalPattern(host, spec) === undefined,
  );
}

/** Clusters whose clients may call a Service that does not run there. */
export function callersElsewhere(service: ServiceSpec, spec: MeshSpec): string[] {
  const mesh = { clusters: spec.clusters, links: linksOf(spec) };
  return spec.clusters
    .map(({ name }) => name)
    .filter((name) => !service.clusters.includes(name))
    .filter((name) => visibleFrom(name, mesh).some((seen) => service.clusters.includes(seen)));
}

/** The stubs that names need where proxies do not answer for them. */
export function planStubs(spec: MeshSpec): ServiceStubsPlan[] {
  if (spec.dnsCapture) return [];
  return spec.clusters.flatMap(({ name: cluster }) => {
    const called = (spec.services ?? []).filter((service) =>
      callersElsewhere(service, spec).includes(cluster),
    );
    if (called.length === 0) return [];
    const services = called.map(({ name, namespace, ports }) => ({ name, namespace, ports }));
    return [
      { cluster, namespaces: spec.stubNamespaces ? namespacesOf(called, cluster, spec) : [], services },
    ];
  });
}

/** Namespaces to make: none that exist anyhow, or in which another Service of the list runs here already. */
function namespacesOf(stubs: readonly ServiceSpec[], cluster: string, spec: MeshSpec): string[] {
  const inUse = (spec.services ?? [])
    .filter(({ clusters }) => clusters.includes(cluster))
    .map(({ namespace }) => namespace);
  const there = [
    ...ALWAYS_THERE,
    ...inUse,
    ...(spec.sampleApps ? [spec.sampleApps.namespace ?? "sample"] : []),
  ];
  return [...new Set(stubs.map(({ namespace }) => namespace))].filter((name) => !there.includes(name));
}
