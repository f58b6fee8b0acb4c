import { hostedBy, isPrimary } from "../../topology/links";
import type { Platform } from "../../topology/platforms";
import { addressTypeOf } from "../gateway/plan";
import { istiodSettings } from "../istio/plan";
import { isDnsName } from "../labels";
import type { ClusterSpec, MeshSpec, Problem } from "../types";

/** Every API server reaches the webhooks of the istiod that serves its cluster. */
export function webhooks(spec: MeshSpec): Problem[] {
  return [...hostNames(spec), ...unreachable(spec, callsEndpoints)];
}

/** Webhooks that some API servers reach and others do not. */
export function webhookWarnings(spec: MeshSpec): Problem[] {
  return unreachable(spec, (platform) => !callsEndpoints(platform));
}

/**
 * Whether the API servers of a platform are known to call webhooks at endpoints (`--enable-aggregator-routing`). No pod of
 * a remote there could ever be injected through a host name, not even its gateway's, so that to refuse it stops no
 * running mesh. Of others it is not known, and a mesh that works must not be refused.
 * @see https://github.com/istio/istio/issues/45014 for eks
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/cluster/gce/gci/configure-helper.sh for gke
 */
function callsEndpoints(platform: Platform | undefined): boolean {
  return platform === "eks" || platform === "gke";
}

function hostNames(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) => {
    const { webhookHostName } = cluster;
    if (webhookHostName === undefined) return [];
    const message = useless(cluster, spec) ?? malformed(webhookHostName);
    return message === undefined ? [] : [{ path: `clusters[${index}].webhookHostName`, message }];
  });
}

function useless(cluster: ClusterSpec, { clusters }: MeshSpec): string | undefined {
  const { name, controlPlanes = [], externalControlPlane } = cluster;
  const hosted = hostedBy(name, clusters);
  if (hosted !== undefined)
    return `has no effect: ${name} runs the istiod of ${hosted}; set externalControlPlane.publicEndpoint of ${hosted}`;
  if (externalControlPlane) return "has no effect: set externalControlPlane.publicEndpoint instead";
  if (isPrimary(cluster)) return undefined;
  return `has no effect: ${name} runs no istiod; set it on its control plane ${controlPlanes[0]}`;
}

function malformed(hostName: string): string | undefined {
  if (isDnsName(hostName)) return undefined;
  return `"${hostName}" is no DNS name that a certificate can have; use one such as istiod.example.com`;
}

function unreachable(spec: MeshSpec, concerns: (platform: Platform | undefined) => boolean): Problem[] {
  return spec.clusters.flatMap((cluster, index) => {
    const controlPlane = servedBy(cluster, spec);
    if (controlPlane === undefined || !concerns(cluster.platform)) return [];
    const entrance = entranceOf(controlPlane, spec);
    if (entrance === undefined || addressTypeOf(entrance, spec) !== "hostname") return [];
    if (hasName(controlPlane) || hasOwnUrl(cluster, spec)) return [];
    const key = cluster === controlPlane ? "externalControlPlane" : "controlPlanes[0]";
    return [{ path: `clusters[${index}].${key}`, message: refusal(cluster, controlPlane, entrance) }];
  });
}

/** The cluster whose istiod serves another cluster's API server from outside. */
function servedBy(cluster: ClusterSpec, { clusters }: MeshSpec): ClusterSpec | undefined {
  const [first] = cluster.controlPlanes ?? [];
  if (first === undefined) return cluster.externalControlPlane ? cluster : undefined;
  return clusters.find(({ name }) => name === first);
}

/** The cluster with the load balancer through which that istiod is reached. */
function entranceOf(controlPlane: ClusterSpec, { clusters }: MeshSpec): ClusterSpec | undefined {
  const { externalControlPlane: external } = controlPlane;
  return external ? clusters.find(({ name }) => name === external.host) : controlPlane;
}

function hasName({ externalControlPlane, webhookHostName }: ClusterSpec): boolean {
  return (externalControlPlane ? externalControlPlane.publicEndpoint : webhookHostName) !== undefined;
}

/** Whether a user's own Helm values tell the API server another way. */
function hasOwnUrl(cluster: ClusterSpec, spec: MeshSpec): boolean {
  const { istiodRemote } = (istiodSettings(cluster, spec).values ?? {}) as {
    istiodRemote?: { injectionURL?: unknown } | null;
  };
  return Boolean(istiodRemote?.injectionURL);
}

function refusal({ name, platform }: ClusterSpec, controlPlane: ClusterSpec, entrance: ClusterSpec): string {
  const [does, setting] = [
    callsEndpoints(platform) ? "calls" : "may call",
    controlPlane.externalControlPlane ? "externalControlPlane.publicEndpoint" : "webhookHostName",
  ];
  return (
    `is reached by the host name of a load balancer of ${entrance.name}, but the API server of ${name}` +
    `${platform === undefined ? "" : ` on ${platform}`} ${does} webhooks at endpoints, which a host name has not, and then ` +
    `injects no pod (https://github.com/istio/istio/issues/45014); set ${setting} of ${controlPlane.name} to a DNS name of ` +
    "yours that leads to that load balancer, or have the istiod run where load balancers have IP addresses " +
    "(gateway.addressType ip)"
  );
}
