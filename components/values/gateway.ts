import { GATEWAY_REPLICAS } from "../defaults";
import { EAST_WEST_GATEWAY, NETWORK_LABEL, SPIRE_TEMPLATE } from "../names";
import { mergeValues } from "../spec/settings";
import type { GatewaySettings, HelmValues } from "../spec/types";
import { gatewayPorts } from "../topology/ports";

/** What the gateway chart has to know of its cluster. */
export interface GatewayValuesInput extends Omit<GatewaySettings, "hosts"> {
  readonly network: string;
  /** @default true */
  readonly exposesServices?: boolean | undefined;
  /** @default false */
  readonly exposesIstiod?: boolean | undefined;
  readonly imagePullSecrets: readonly string[];
  /** Whether its certificate comes from a workload socket. @default false */
  readonly usesWorkloadSocket?: boolean | undefined;
}

/**
 * Values of the gateway chart for an east-west gateway.
 *
 * The chart's own `networkGateway` would open 15012 and 15017 (istiod) to other networks in any case, so the label,
 * the network view and the ports that are needed are set here instead.
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/
 */
export function gatewayValues(input: GatewayValuesInput): HelmValues {
  const values = {
    name: EAST_WEST_GATEWAY,
    labels: { [NETWORK_LABEL]: input.network },
    env: { ISTIO_META_REQUESTED_NETWORK_VIEW: input.network },
    imagePullSecrets: input.imagePullSecrets.map((name) => ({ name })),
    ...injection(input),
    service: {
      type: "LoadBalancer",
      ports: gatewayPorts(input),
      annotations: { ...input.serviceAnnotations },
      loadBalancerSourceRanges: [...(input.sourceRanges ?? [])],
    },
    ...scaling(input),
    ...(input.minAvailable === undefined
      ? {}
      : { podDisruptionBudget: { minAvailable: input.minAvailable } }),
    ...(input.resources === undefined ? {} : { resources: input.resources }),
    ...(input.tolerations === undefined ? {} : { tolerations: input.tolerations }),
  };
  return mergeValues(values, input.values ?? {});
}

/** How many pods a gateway has, or between how many its autoscaler chooses. */
export function scaling({
  replicas,
  minReplicas = GATEWAY_REPLICAS.min,
  maxReplicas = GATEWAY_REPLICAS.max,
}: Pick<GatewayValuesInput, "replicas" | "minReplicas" | "maxReplicas">): HelmValues {
  if (replicas !== undefined) return { autoscaling: { enabled: false }, replicaCount: replicas };
  return { autoscaling: { enabled: true, minReplicas, maxReplicas } };
}

/** What a gateway is injected with besides what every one is. */
export function injection({
  usesWorkloadSocket,
}: Pick<GatewayValuesInput, "usesWorkloadSocket">): HelmValues {
  if (!usesWorkloadSocket) return {};
  return { podAnnotations: { "inject.istio.io/templates": `gateway,${SPIRE_TEMPLATE}` } };
}
