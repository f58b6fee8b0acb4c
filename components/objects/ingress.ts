import type { Chart } from "cdk8s";
import { gatewayLabel, INGRESS_GATEWAY, ISTIO_NAMESPACE } from "../names";
import type { IngressPlan } from "../spec/types";
import { ingressPort } from "../topology/ports";
import { Gateway, GatewaySpecServersTlsMode, VirtualService } from "./imports/networking.istio.io";

/** The label by which the gateway chart's pods are found. */
const SELECTOR = { istio: gatewayLabel(INGRESS_GATEWAY) };

/**
 * Leads requests from outside of the mesh to its services: one Gateway, and a VirtualService for each host.
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/ingress-control/
 */
export function ingress(
  chart: Chart,
  { routes, credentialName }: Pick<IngressPlan, "routes" | "credentialName">,
): void {
  const hosts = [...new Set(routes.map(({ host }) => host))];
  const { port: number, name, protocol } = ingressPort(credentialName);
  new Gateway(chart, INGRESS_GATEWAY, {
    metadata: { name: INGRESS_GATEWAY, namespace: ISTIO_NAMESPACE },
    spec: {
      selector: SELECTOR,
      servers: [
        {
          port: { number, name, protocol },
          hosts,
          ...(credentialName === undefined
            ? {}
            : { tls: { mode: GatewaySpecServersTlsMode.SIMPLE, credentialName } }),
        },
      ],
    },
  });
  for (const host of hosts) {
    const id = `ingress-${host === "*" ? "any" : host.replace("*", "any")}`;
    new VirtualService(chart, id, {
      metadata: { name: id, namespace: ISTIO_NAMESPACE },
      spec: {
        hosts: [host],
        gateways: [INGRESS_GATEWAY],
        http: routes
          .filter((route) => route.host === host)
          .map(({ prefix, service, port }) => ({
            match: [{ uri: { prefix } }],
            route: [{ destination: { host: service, port: { number: port } } }],
          })),
      },
    });
  }
}
