import { mergeValues } from "../topology/plan";
import type { GatewaySpec, HelmValues } from "../topology/types";
import {
  AUTO_PASSTHROUGH_PORT,
  DISCOVERY_PORT,
  EAST_WEST_GATEWAY,
  NETWORK_LABEL,
  STATUS_PORT,
  WEBHOOK_PORT,
} from "../internal/names";

/** What the gateway chart has to know of its cluster. */
export interface GatewayValuesInput extends Omit<GatewaySpec, "enabled" | "hosts"> {
  readonly network: string;
  /** @default true */
  readonly exposesServices?: boolean | undefined;
  /** @default false */
  readonly exposesIstiod?: boolean | undefined;
  readonly imagePullSecrets: readonly string[];
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

/** Name and number of each port that a gateway opens. */
export function gatewayPorts(
  gateway: Pick<GatewayValuesInput, "exposesServices" | "exposesIstiod" | "addressType">,
) {
  const { exposesServices = true, exposesIstiod = false, addressType } = gateway;
  return [
    port("status-port", STATUS_PORT),
    ...(exposesServices ? [port("tls", AUTO_PASSTHROUGH_PORT)] : []),
    ...(exposesIstiod ? [port("tls-istiod", DISCOVERY_PORT), port("tls-webhook", WEBHOOK_PORT)] : []),
    // A remote's Service istiod of type ExternalName cannot translate the webhook's port 443.
    ...(exposesIstiod && addressType === "hostname" ? [port("tls-webhook-443", 443, WEBHOOK_PORT)] : []),
  ];
}

function port(name: string, number: number, targetPort = number) {
  return { name, port: number, protocol: "TCP", targetPort };
}

function scaling({ replicas, minReplicas = 1, maxReplicas = 5 }: GatewayValuesInput): HelmValues {
  if (replicas !== undefined) return { autoscaling: { enabled: false }, replicaCount: replicas };
  return { autoscaling: { enabled: true, minReplicas, maxReplicas } };
}
