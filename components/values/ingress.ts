import { INGRESS_GATEWAY } from "../names";
import { mergeValues } from "../spec/settings";
import type { HelmValues } from "../spec/types";
import { ingressPort } from "../topology/ports";
import { injection, scaling } from "./gateway";

/** What the gateway chart has to know of an ingress gateway. */
export interface IngressValuesInput {
  readonly credentialName?: string | undefined;
  readonly replicas?: number | undefined;
  readonly serviceAnnotations?: Readonly<Record<string, string>> | undefined;
  readonly sourceRanges?: readonly string[] | undefined;
  readonly imagePullSecrets: readonly string[];
  /** Whether its certificate for the mesh comes from a workload socket. @default false */
  readonly usesWorkloadSocket?: boolean | undefined;
  /** Values over these. @default {} */
  readonly values?: HelmValues | undefined;
}

/**
 * Values of the gateway chart for an ingress gateway.
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 */
export function ingressValues(input: IngressValuesInput): HelmValues {
  const { port, name } = ingressPort(input.credentialName);
  const values = {
    name: INGRESS_GATEWAY,
    imagePullSecrets: input.imagePullSecrets.map((secret) => ({ name: secret })),
    ...injection(input),
    service: {
      type: "LoadBalancer",
      ports: [
        { name: "status-port", port: 15021, protocol: "TCP", targetPort: 15021 },
        { name, port, protocol: "TCP", targetPort: port },
      ],
      annotations: { ...input.serviceAnnotations },
      loadBalancerSourceRanges: [...(input.sourceRanges ?? [])],
    },
    ...scaling(input),
  };
  return mergeValues(values, input.values ?? {});
}
