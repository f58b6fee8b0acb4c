import { clientsElsewhere, hostedBy, importersOf, remotesOf, servedBy } from "../../topology/links";
import {
  type AddressType,
  addressTypeOn,
  loadBalancerAnnotations,
  minReadySecondsOn,
} from "../../topology/platforms";
import { gatewayPorts } from "../../topology/ports";
import { adopts } from "../adopt/adopted";
import { exportedHostsOf } from "../imports/exports";
import { covers, exportedHosts } from "../services/hosts";
import { mergeSettings, onPlatform } from "../settings";
import type { ClusterSpec, GatewayPlan, GatewaySpec, MeshPlan, MeshSpec } from "../types";

/** A cluster's gateway settings over the mesh's. */
export function gatewaySettings(cluster: ClusterSpec, spec: MeshSpec): GatewaySpec {
  return mergeSettings(spec.gateway, cluster.gateway);
}

/** What the load balancers of a cluster have: what its gateway's settings say, or else its platform's. */
export function addressTypeOf(cluster: ClusterSpec, spec: MeshSpec): AddressType {
  return gatewaySettings(cluster, spec).addressType ?? addressTypeOn(cluster.platform);
}

/** What a cluster's gateway leads to; nothing where there is no gateway. */
export function exposureOf(
  cluster: ClusterSpec,
  spec: MeshSpec,
): Pick<GatewayPlan, "exposesServices" | "exposesIstiod" | "addressType"> | undefined {
  const { enabled } = gatewaySettings(cluster, spec);
  const exposesServices = clientsElsewhere(cluster, spec).length > 0 || isImported(cluster, spec);
  if (hostedBy(cluster.name, spec.clusters) !== undefined) return undefined;
  const exposesIstiod =
    cluster.externalControlPlane === undefined && remotesOf(cluster.name, spec.clusters).length > 0;
  const isNeeded = !adopts(cluster, "istiod") && (exposesServices || exposesIstiod);
  if (!(enabled ?? isNeeded)) return undefined;
  return {
    // A gateway that somebody asked for without a need is there to lead to services.
    exposesServices: exposesServices || !exposesIstiod,
    exposesIstiod,
    addressType: addressTypeOf(cluster, spec),
  };
}

/** Whether the gateways that a cluster configures are called by clusters that know nothing else of them. */
function isImported({ name }: ClusterSpec, spec: MeshSpec): boolean {
  const configured = servedBy(name, spec.clusters);
  return (
    configured.some((own) => importersOf(own, spec).length > 0) || exportedHostsOf(name, spec).length > 0
  );
}

/**
 * Hosts that a gateway leads to: to those who discover its cluster what the mesh exports, and to those who import what
 * they import. One that is called by the latter alone leads nowhere else.
 */
function hostsOf(cluster: ClusterSpec, spec: MeshSpec): readonly string[] {
  const isDiscovered = clientsElsewhere(cluster, spec).length > 0;
  const discovered = isDiscovered || !isImported(cluster, spec) ? exportedHosts(spec) : [];
  const imported = exportedHostsOf(cluster.name, spec).filter(
    (host) => !discovered.some((pattern) => covers(pattern, host)),
  );
  return [...discovered, ...imported];
}

export function planGateway(cluster: ClusterSpec, spec: MeshSpec): GatewayPlan | undefined {
  const exposure = exposureOf(cluster, spec);
  if (exposure === undefined) return undefined;
  const {
    enabled: _enabled,
    internal: _internal,
    idleTimeoutSeconds: _idleTimeoutSeconds,
    addressPool: _addressPool,
    ...settings
  } = gatewaySettings(cluster, spec);
  return onPlatform(cluster.platform, {
    ...settings,
    ...exposure,
    ...rolloutOf(cluster),
    hosts: settings.hosts ?? hostsOf(cluster, spec),
    serviceAnnotations: serviceAnnotationsOf(cluster, gatewaySettings(cluster, spec), gatewayPorts(exposure)),
  });
}

/** How the pods behind a load balancer are replaced. */
export function rolloutOf({ platform }: ClusterSpec): Pick<GatewayPlan, "minReadySeconds"> {
  const minReadySeconds = minReadySecondsOn(platform);
  return minReadySeconds === undefined ? {} : { minReadySeconds };
}

/** Annotations of a load balancer: what the platform asks for, and over it what the user says. */
export function serviceAnnotationsOf(
  { platform }: ClusterSpec,
  { internal, idleTimeoutSeconds, addressPool, sourceRanges = [], serviceAnnotations }: GatewaySpec,
  ports: readonly { readonly port: number }[],
): Record<string, string> {
  const annotations = loadBalancerAnnotations(platform, {
    internal,
    idleTimeoutSeconds,
    addressPool,
    ports: ports.map(({ port }) => port),
    restricted: sourceRanges.length > 0,
  });
  return { ...annotations, ...serviceAnnotations };
}

/** Clusters whose gateways lead to a cluster: its own if it has one, else those of its network. */
export function gatewaysFor({ clusters }: Pick<MeshPlan, "clusters">, cluster: string): string[] {
  const own = clusters.find(({ name }) => name === cluster);
  if (own?.gateway?.exposesServices) return [cluster];
  return clusters
    .filter((other) => other.network === own?.network && other.gateway?.exposesServices)
    .map(({ name }) => name);
}
