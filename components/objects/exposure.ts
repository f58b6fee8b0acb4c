import type { Chart } from "cdk8s";
import {
  AUTO_PASSTHROUGH_PORT,
  DISCOVERY_PORT,
  EAST_WEST_GATEWAY,
  gatewayLabel,
  ISTIO_NAMESPACE,
  WEBHOOK_PORT,
} from "../names";
import { Gateway, GatewaySpecServersTlsMode, VirtualService } from "./imports/networking.istio.io";

/** The label by which the gateway chart's pods are found. */
export const EAST_WEST_SELECTOR = { istio: gatewayLabel(EAST_WEST_GATEWAY) };

/**
 * Exposes services to other networks: their mutual TLS is passed through by SNI, never terminated. One object for all
 * hosts: of two that mean the same host Envoy refuses both.
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/#expose-services-in-cluster1
 */
export function exposeServices(
  chart: Chart,
  hosts: readonly string[],
  selector: Readonly<Record<string, string>> = EAST_WEST_SELECTOR,
): void {
  new Gateway(chart, "cross-network-gateway", {
    metadata: { name: "cross-network-gateway", namespace: ISTIO_NAMESPACE },
    spec: {
      selector: { ...selector },
      servers: [
        {
          port: { number: AUTO_PASSTHROUGH_PORT, name: "tls", protocol: "TLS" },
          tls: { mode: GatewaySpecServersTlsMode.AUTO_UNDERSCORE_PASSTHROUGH },
          hosts: [...hosts],
        },
      ],
    },
  });
}

/** Where each of istiod's ports on the gateway leads to. */
const ISTIOD_PORTS = [
  { name: "tls-istiod", port: DISCOVERY_PORT, targetPort: DISCOVERY_PORT },
  { name: "tls-webhook", port: WEBHOOK_PORT, targetPort: 443 },
] as const;

/**
 * Exposes istiod to remotes: to their proxies and to their API servers, both of which verify its own certificate.
 * @see https://github.com/istio/istio/blob/master/samples/multicluster/expose-istiod.yaml
 */
export function exposeIstiod(chart: Chart): void {
  new Gateway(chart, "istiod-gateway", {
    metadata: { name: "istiod-gateway", namespace: ISTIO_NAMESPACE },
    spec: {
      selector: EAST_WEST_SELECTOR,
      servers: ISTIOD_PORTS.map(({ name, port: number }) => ({
        port: { number, name, protocol: "TLS" },
        tls: { mode: GatewaySpecServersTlsMode.PASSTHROUGH },
        hosts: ["*"],
      })),
    },
  });
  new VirtualService(chart, "istiod-vs", {
    metadata: { name: "istiod-vs", namespace: ISTIO_NAMESPACE },
    spec: {
      hosts: ["*"],
      gateways: ["istiod-gateway"],
      tls: ISTIOD_PORTS.map(({ port, targetPort }) => ({
        match: [{ port, sniHosts: ["*"] }],
        route: [
          {
            destination: {
              host: `istiod.${ISTIO_NAMESPACE}.svc.cluster.local`,
              port: { number: targetPort },
            },
          },
        ],
      })),
    },
  });
}
