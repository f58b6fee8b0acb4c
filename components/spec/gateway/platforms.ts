import { hostedBy } from "../../topology/links";
import { PLATFORMS, type PlatformTraits } from "../../topology/platforms";
import type { ClusterSpec, GatewaySpec, LoadBalancerSpec, MeshSpec, Problem } from "../types";
import { exposureOf, gatewaySettings } from "./plan";

/** Every load balancer is asked only for what its platform lets a Service ask for. */
export function platforms(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) =>
    SETTINGS.flatMap((setting) => {
      const own = cluster.gateway?.[setting] !== undefined;
      // What is set for all load balancers does not concern a cluster without one.
      if (!own && !hasLoadBalancer(cluster, spec)) return [];
      const message = settingProblem(setting, gatewaySettings(cluster, spec), cluster);
      const path = own ? `clusters[${index}].gateway.${setting}` : `gateway.${setting}`;
      return message === undefined ? [] : [{ path, message }];
    }),
  );
}

function hasLoadBalancer(cluster: ClusterSpec, spec: MeshSpec): boolean {
  return exposureOf(cluster, spec) !== undefined || hostedBy(cluster.name, spec.clusters) !== undefined;
}

const REMOVE = "remove it, or set it in the gateway of other clusters only";

const SETTINGS = [
  "internal",
  "idleTimeoutSeconds",
  "addressPool",
] as const satisfies (keyof LoadBalancerSpec)[];

function settingProblem(
  setting: (typeof SETTINGS)[number],
  gateway: GatewaySpec,
  { name, platform }: ClusterSpec,
): string | undefined {
  const value = gateway[setting];
  if (value === undefined || value === false) return undefined;
  if (platform === undefined) {
    return `is ${value}, but ${name} names no platform, so there is no telling its annotation; set the cluster's platform, or use serviceAnnotations`;
  }
  const fault = FAULTS[setting](PLATFORMS[platform], gateway);
  return fault && `is ${value}, but ${name} is on ${platform}: ${fault}`;
}

/** What keeps a platform from taking a setting, with the way to mend it. */
const FAULTS: Record<
  (typeof SETTINGS)[number],
  (traits: PlatformTraits, gateway: GatewaySpec) => string | undefined
> = {
  internal: ({ internal }) => (internal === true ? undefined : internal),
  idleTimeoutSeconds: ({ idleTimeout }, { idleTimeoutSeconds = 0 }) => {
    if (idleTimeout === undefined) return `its load balancers' idle time-out cannot be set; ${REMOVE}`;
    const { min, max, step } = idleTimeout;
    if (idleTimeoutSeconds >= min && idleTimeoutSeconds <= max && idleTimeoutSeconds % step === 0)
      return undefined;
    return `it can be ${min} to ${max}${step === 1 ? "" : `, a multiple of ${step}`}; choose one of these`;
  },
  addressPool: ({ addressPool }) =>
    addressPool ? undefined : `its addresses come from no pool of MetalLB's; ${REMOVE}`,
};
