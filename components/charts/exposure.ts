import type { Chart } from "cdk8s";
import { AUTO_PASSTHROUGH_PORT, EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from "../internal/names";
import { Gateway, GatewaySpecServersTlsMode } from "./imports/networking.istio.io";

/**
 * Exposes services to other networks: their mutual TLS is passed through by SNI, never terminated.
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/#expose-services-in-cluster1
 */
export function exposeServices(chart: Chart, hosts: readonly string[]): void {
  new Gateway(chart, "cross-network-gateway", {
    metadata: { name: "cross-network-gateway", namespace: ISTIO_NAMESPACE },
    spec: {
      selector: { istio: EAST_WEST_GATEWAY.replace(/^istio-/, "") },
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
