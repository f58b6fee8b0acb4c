/** What `samples/multicluster/gen-eastwest-gateway.sh` makes. */
export function eastWestOperator(network: string) {
  const port = (name: string, number: number) => ({ name, port: number, targetPort: number });
  return {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: "eastwest" },
    spec: {
      profile: "empty",
      components: {
        ingressGateways: [
          {
            name: "istio-eastwestgateway",
            label: {
              istio: "eastwestgateway",
              app: "istio-eastwestgateway",
              "topology.istio.io/network": network,
            },
            enabled: true,
            k8s: {
              env: [{ name: "ISTIO_META_REQUESTED_NETWORK_VIEW", value: network }],
              service: {
                ports: [
                  port("status-port", 15021),
                  port("tls", 15443),
                  port("tls-istiod", 15012),
                  port("tls-webhook", 15017),
                ],
              },
            },
          },
        ],
      },
      values: {
        gateways: { "istio-ingressgateway": { injectionTemplate: "gateway" } },
        global: { network },
      },
    },
  };
}

/** Istio's samples/multicluster/expose-services.yaml. */
export const CROSS_NETWORK_GATEWAY = {
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name: "cross-network-gateway" },
  spec: {
    selector: { istio: "eastwestgateway" },
    servers: [
      {
        port: { number: 15443, name: "tls", protocol: "TLS" },
        tls: { mode: "AUTO_PASSTHROUGH" },
        hosts: ["*.local"],
      },
    ],
  },
} as const;
