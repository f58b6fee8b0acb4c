import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";
import { EVERYWHERE } from "./crossing-load";
import { clientExec, runningPod } from "./pods";
import type { Suite } from "./suite";

/** Two of them on one network. */
export const IMPORTERS = [
  { name: "cluster1", network: "network1" },
  { name: "cluster2", network: "network2" },
  { name: "cluster3", network: "network2" },
];

const CLUSTERS = IMPORTERS.map(({ name }) => name);

/** A host that no Service has, behind which cluster2 and cluster3 stand with another port. */
export const OTHER_HOST = "hello.shop.mesh.internal";
export const OTHER_PORT = 8080;

/** The name of a Service that nobody has, in another namespace than that of cluster3 which stands behind it. */
export const ELSEWHERE = "hello.default.svc.cluster.local";

/** More than a gateway has open under the load of these tests; two that relayed to each other would have thousands. */
const MAX_DESCRIPTORS = 500;

/** What may come in some seconds under that load, and goes again; gateways that relay gain hundreds in a second. */
const MAX_GAIN = 50;
const WATCHED_MS = 5000;

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
          outlierDetection: { consecutiveGatewayErrors: 2, interval: "1s", baseEjectionTime: "5s" },
        },
      },
      {
        services: { matchLabels: { team: "shop" }, clusters: ["cluster3"] },
        into: ["cluster1"],
        host: ELSEWHERE,
      },
    ],
  };
}

/** Expects that gateways have few files open, connections included, and gain none: those that relay to each other do. */
export async function expectNoRelay(suite: Suite): Promise<void> {
  const before = openInGateways(suite);
  await setTimeout(WATCHED_MS);
  for (const [name, open] of Object.entries(openInGateways(suite))) {
    expect(open, name).toBeLessThan(MAX_DESCRIPTORS);
    expect(open - before[name]!, `gained in ${name}`).toBeLessThan(MAX_GAIN);
  }
}

/** File descriptors of each cluster's gateway, its agent's among them, at this moment. */
function openInGateways(suite: Suite): Record<string, number> {
  const count = ["sh", "-c", "ls /proc/[0-9]*/fd | grep -c '^[0-9]'"];
  const counts = suite.lab.clusters.map(({ name }) => {
    const gateway = runningPod(suite, name, "istio-system", "istio=eastwestgateway").name;
    const open = Number(suite.kubectl(name, "exec", "-n", "istio-system", gateway, "--", ...count));
    expect(open, `open in ${name}`).toBeGreaterThan(0);
    return [name, open] as const;
  });
  return Object.fromEntries(counts);
}

/** HTTP status of a request of cluster1's client to the other host. */
export function statusOfOther(suite: Suite): Promise<string> {
  const url = `http://${OTHER_HOST}:${OTHER_PORT}/hello`;
  const command = ["curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", url];
  return clientExec(suite, "cluster1", "curl", command).catch(String);
}

/** Addresses of the clusters' gateways. */
export async function gatewayAddresses(suite: Suite): Promise<Record<string, string>> {
  return (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
}
