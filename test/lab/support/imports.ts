import { EVERYWHERE } from "./crossing-load";

const CLUSTERS = ["cluster1", "cluster2", "cluster3"];

/** A host that no Service has, behind which cluster2 and cluster3 stand with another port. */
export const OTHER_HOST = "hello.shop.mesh.internal";
export const OTHER_PORT = 8080;

/** The link of each pair. */
export const IMPORT_LINKS = CLUSTERS.flatMap((observer) =>
  CLUSTERS.filter((observed) => observed !== observer).map((observed) => ({
    observer,
    observed,
    kind: "import",
  })),
);

const PORTS = [{ name: "http", port: 5000 }];
const SERVERS = {
  namespace: "sample",
  ports: PORTS,
  serviceAccounts: ["helloworld-v1", "helloworld-v2"],
};

/** The services of the crossing load are exported by the one cluster that serves each. */
const LOAD_SERVICES = [
  ...CLUSTERS.map((name) => ({ name, clusters: [name] })),
  { name: EVERYWHERE, clusters: CLUSTERS },
];

/** A mesh whose clusters import from each other whatever is listed. */
export function importsOnly(links: readonly object[] = IMPORT_LINKS): Record<string, unknown> {
  return {
    links,
    dnsCapture: true,
    services: [
      {
        ...SERVERS,
        name: "helloworld",
        clusters: CLUSTERS,
        labels: { team: "shop" },
        selector: { app: "helloworld" },
      },
      ...LOAD_SERVICES.map((service) => ({ ...SERVERS, ...service })),
    ],
    imports: [
      { services: { namespaces: ["sample"] } },
      {
        services: { matchLabels: { team: "shop" }, clusters: ["cluster2", "cluster3"] },
        into: ["cluster1"],
        host: OTHER_HOST,
        ports: [{ name: "http", port: OTHER_PORT }],
        failover: {
          outlierDetection: { consecutiveGatewayErrors: 2, interval: "1s", baseEjectionTime: "30s" },
        },
      },
    ],
  };
}
