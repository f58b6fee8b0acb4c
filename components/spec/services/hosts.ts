import { SAMPLE_NAMESPACE } from "../../defaults";
import type { MeshSpec, ServiceSpec } from "../types";

/** Suffix of the full name of every Service of a cluster. */
export const SERVICE_DOMAIN = "svc.cluster.local";

/** What Istio's east-west gateways lead to in its own guides: everything. */
const ALL_HOSTS = ["*.local"];

/** Hosts that are cluster-local whether or not anybody says so. */
const CLUSTER_LOCAL_BY_DEFAULT = [`*.kube-system.${SERVICE_DOMAIN}`, `kubernetes.default.${SERVICE_DOMAIN}`];

/** Name under which Istio knows a Service in every cluster. */
export function hostOf({ name, namespace }: Pick<ServiceSpec, "name" | "namespace">): string {
  return `${name}.${namespace}.${SERVICE_DOMAIN}`;
}

const SERVICE_HOST = new RegExp(
  `^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\\.${SERVICE_DOMAIN.replaceAll(".", "\\.")}$`,
);

/** The Service that a host is the full name of, if it is one. */
export function serviceOf(host: string): Pick<ServiceSpec, "name" | "namespace"> | undefined {
  const [, name, namespace] = SERVICE_HOST.exec(host) ?? [];
  return name === undefined || namespace === undefined ? undefined : { name, namespace };
}

/** The same of helloworld. */
export function helloworldHost(namespace: string = SAMPLE_NAMESPACE): string {
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
