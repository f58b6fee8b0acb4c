import { expect, vi } from "vitest";
import { EAST_WEST_GATEWAY } from "../../../components/names";
import { apply, type KubernetesObject } from "./apply";
import { countedSince, endpointCounts, type EndpointCounts } from "./endpoint-counts";
import { GATEWAY_PORT } from "./istio";
import { Load, PER_SECOND } from "./load";
import { loadProblems } from "./load-judge";
import { clientExec } from "./pods";
import type { Suite } from "./suite";

const NAMESPACE = "sample";
const PORT = 5000;

/** The Service that every cluster's helloworld serves; the others are named after the one cluster that does. */
export const EVERYWHERE = "everywhere";

const KNOWN = { timeout: 60_000, interval: 1000 };
const MADE = { timeout: 300_000, interval: 5000 };

/** What a load is to be. */
export interface CrossingLoadOptions {
  /** What a cluster's client asks for. @default - every other cluster */
  readonly servicesOf?: (client: string) => string[];
  /** Requests a second of each client to each service. @default 5 */
  readonly perSecond?: number;
}

/** The load of one client. */
interface Running {
  readonly load: Load;
  readonly from: number;
  /** What the client's proxy had counted by then, by service. */
  readonly before: ReadonlyMap<string, EndpointCounts>;
}

/**
 * Requests to other clusters for as long as something changes, of which none may fail unseen. Each service is served by
 * one cluster only, so that no request stays local and none moves to a cluster that still answers. Proxies do not try
 * again, and shake hands anew for each request.
 */
export class CrossingLoad {
  private constructor(
    private readonly suite: Suite,
    private readonly pods: Record<string, readonly string[]>,
    private readonly loads: Map<string, Running>,
  ) {}

  public static async start(
    suite: Suite,
    { servicesOf = (client) => othersOf(suite, client), perSecond = PER_SECOND }: CrossingLoadOptions = {},
  ): Promise<CrossingLoad> {
    const clients = clusterNames(suite);
    makeServices(suite);
    const pods = helloworldPods(suite);
    const load = new CrossingLoad(suite, pods, new Map());
    const counted = new Map<string, Running["before"]>();
    for (const client of clients) counted.set(client, await load.expectGateways(client, servicesOf(client)));
    for (const [client, before] of counted) {
      const started = await Load.start(suite, client, servicesOf(client), perSecond);
      load.loads.set(client, { load: started, from: Date.now(), before });
    }
    return load;
  }

  /** Waits until the clients' proxies have made so many connections to other clusters: a busy machine takes its time. */
  public async untilMade(connections: number): Promise<void> {
    const made = async () => {
      const all = [...this.loads].flatMap(([client, { before }]) =>
        [...before].map(async ([service, earlier]) => {
          return countedSince(earlier, await this.counters(client, service)).connections;
        }),
      );
      return (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
    };
    await vi.waitFor(async () => expect(await made()).toBeGreaterThanOrEqual(connections), MADE);
  }

  /**
   * Ends the load, and expects that no request has failed and that each service has answered all the time.
   *
   * @param clusters - whose load is judged and ended @default - all whose load still runs
   * @returns how many connections to other clusters the clients' proxies have made for it, each with a handshake of its own
   */
  public async expectNoFailure(clusters: readonly string[] = [...this.loads.keys()]): Promise<number> {
    const problems: string[] = [];
    let made = 0;
    for (const client of clusters) {
      const { load, from, before } = this.loads.get(client)!;
      const until = Date.now();
      const answers = await load.stop();
      this.loads.delete(client);
      const pods = Object.fromEntries(
        [...before.keys()].map((service) => [service, this.pods[service] ?? []]),
      );
      problems.push(...loadProblems(answers, { client, from, until, pods }));
      for (const [service, earlier] of before) {
        const { requests, connections } = countedSince(earlier, await this.counters(client, service));
        const line = `${client} -> ${service}: ${requests} requests on ${connections} connections`;
        console.log(line);
        if (connections < requests) problems.push(`${line}: some shook no hands`);
        made += connections;
      }
    }
    expect(problems).toEqual([]);
    return made;
  }

  /** Lets the pods that have come since answer as well. */
  public acceptNewPods(): void {
    for (const [service, pods] of Object.entries(helloworldPods(this.suite))) {
      this.pods[service] = [...(this.pods[service] ?? []), ...pods];
    }
  }

  /** Ends the load, whatever became of it. */
  public async stop(): Promise<void> {
    for (const { load } of this.loads.values()) await load.stop();
    this.loads.clear();
  }

  /** Waits until a client's proxy reaches services through the gateways of the clusters that serve them; tells its counts. */
  private async expectGateways(client: string, services: readonly string[]): Promise<Running["before"]> {
    const counted = new Map<string, EndpointCounts>();
    for (const service of services) {
      const serving = service === EVERYWHERE ? othersOf(this.suite, client) : [service];
      const expected = serving
        .map((cluster) => `${gatewayAddress(this.suite, cluster)}:${GATEWAY_PORT}`)
        .sort();
      await vi.waitFor(async () => {
        const counters = await this.counters(client, service);
        const gateways = [...counters.keys()].filter((address) => address.endsWith(`:${GATEWAY_PORT}`));
        expect(gateways.sort()).toEqual(expected);
        counted.set(service, counters);
      }, KNOWN);
    }
    return counted;
  }

  private async counters(client: string, service: string): Promise<EndpointCounts> {
    const command = ["pilot-agent", "request", "GET", "clusters"];
    const page = await clientExec(this.suite, client, "istio-proxy", command);
    return endpointCounts(page, `outbound|${PORT}||${service}.${NAMESPACE}.svc.cluster.local`);
  }
}

/** Makes the services of the load in all clusters. */
export function makeServices(suite: Suite): void {
  const clusters = clusterNames(suite);
  for (const cluster of clusters) apply(suite, cluster, servicesIn(cluster, clusters));
}

/** As its own cluster has it, whoever installed the gateway. */
function gatewayAddress(suite: Suite, cluster: string): string {
  const path = "jsonpath={.status.loadBalancer.ingress[0]['ip','hostname']}";
  return suite.kubectl(cluster, "get", "service", "-n", "istio-system", EAST_WEST_GATEWAY, "-o", path).trim();
}

function clusterNames(suite: Suite): string[] {
  return suite.lab.clusters.map(({ name }) => name);
}

function othersOf(suite: Suite, client: string): string[] {
  return clusterNames(suite).filter((name) => name !== client);
}

/**
 * A new connection for each request. A DestinationRule would say it, but a host has one at most: that of an import, where
 * it is imported.
 */
const HANDSHAKES: KubernetesObject = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "handshakes", namespace: NAMESPACE },
  spec: {
    configPatches: [
      {
        applyTo: "CLUSTER",
        match: { context: "SIDECAR_OUTBOUND", cluster: { portNumber: PORT } },
        patch: {
          operation: "MERGE",
          value: {
            typed_extension_protocol_options: {
              "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                common_http_protocol_options: { max_requests_per_connection: 1 },
                explicit_http_config: { http_protocol_options: {} },
              },
            },
          },
        },
      },
    ],
  },
};

/** A client finds a service by its own cluster's Service, which needs no pods there. */
function servicesIn(cluster: string, clusters: readonly string[]): KubernetesObject[] {
  const services = [...clusters, EVERYWHERE].flatMap((name) => {
    const host = `${name}.${NAMESPACE}.svc.cluster.local`;
    const metadata = { name, namespace: NAMESPACE };
    const selector = name === cluster || name === EVERYWHERE ? { selector: { app: "helloworld" } } : {};
    const route = [{ destination: { host } }];
    return [
      {
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata,
        spec: { hosts: [host], http: [{ route, retries: { attempts: 0 } }] },
      },
      // Last, so that its first requests find the one above.
      {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { ...selector, ports: [{ name: "http", port: PORT }] },
      },
    ];
  });
  return [HANDSHAKES, ...services];
}

/** The pods that serve each service. */
function helloworldPods(suite: Suite): Record<string, string[]> {
  const byCluster = clusterNames(suite).map((cluster) => {
    const command = ["get", "pods", "-n", NAMESPACE, "-l", "app=helloworld", "-o", "name"];
    const names = suite
      .kubectl(cluster, ...command)
      .split("\n")
      .filter(Boolean);
    return [cluster, names.map((name) => name.replace("pod/", ""))] as const;
  });
  return { ...Object.fromEntries(byCluster), [EVERYWHERE]: byCluster.flatMap(([, pods]) => pods) };
}
