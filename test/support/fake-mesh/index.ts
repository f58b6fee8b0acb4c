import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig, V1EndpointSlice, V1Pod, V1Secret, V1Service } from "@kubernetes/client-node";
import { answeringClusters, helloworldSeenFrom } from "../../../components/spec/sample-apps/answers";
import { credentialSecret } from "../../../components/spec/links/secrets";
import { istiodOf } from "../../../components/topology/links";
import type { MeshPlan } from "../../../components/spec/types";
import { TestCa } from "../ca";
import type { FakeExec } from "./api-server";
import { FakeCluster } from "./cluster";
import { gatewayLines, importLines, isGatewayPod, listenerPage, tlsPage } from "./imports";
import { makeServing } from "./serving";
import { type FakeSpire, installSpire, rootsOfDomains, spireSecretsPage, spireServerPrints } from "./spire";

/** How a fake mesh is made. */
export interface FakeMeshOptions {
  /** How long API servers and proxies take to answer. @default 0 */
  readonly delayMs?: number;
  /** Proxies per cluster beside those of the mesh itself. @default 0 */
  readonly proxies?: number;
}

/** A gateway that takes no connection for its services is tried for a second: see verify/dial.ts. */
const DIAL_MS = 1100;

/**
 * The clusters of a plan as verify sees them, by their API servers: every answer is that of a mesh that is as planned,
 * until a test changes what is in a cluster.
 */
export class FakeMesh {
  /** Clients whose requests to a cluster go wrong and are answered by another one, as `client>cluster`. */
  public readonly hidden = new Set<string>();
  /** What a host name resolves to. */
  public readonly dns = new Map<string, string>();
  /** Gateways that take no connection on 15443. */
  public readonly closed = new Set<string>();
  /** What SPIRE has given each cluster, where it issues. */
  public spire: ReadonlyMap<string, FakeSpire> = new Map();
  /** Whether the proxy of a pod has istiod's certificate though SPIRE is there. */
  public byIstiod = (_pod: string) => this.plan.spire?.migration?.phase === "trust";
  private readonly clusters = new Map<string, FakeCluster>();
  private readonly turns = new Map<string, number>();

  private constructor(
    public readonly plan: MeshPlan,
    private readonly options: FakeMeshOptions,
  ) {}

  public static async start(plan: MeshPlan, options: FakeMeshOptions = {}): Promise<FakeMesh> {
    const mesh = new FakeMesh(plan, options);
    const root = await TestCa.root("Root");
    const domains = await rootsOfDomains(plan.spire);
    const migrates = plan.spire?.migration !== undefined;
    const also = migrates ? [...domains.values()].map(({ certificate }) => certificate) : [];
    const serving = await makeServing();
    for (const [index, cluster] of plan.clusters.entries()) {
      const signing = await root.sign(cluster.name);
      const leaf = await signing.sign("", { isCa: false, from: -0.1, to: 0.9 });
      const trust = {
        root: [root.certificate, ...also].join(""),
        signing,
        chain: leaf.certificate + signing.certificate,
      };
      const exec = (from: FakeCluster, command: FakeExec) => mesh.exec(from, command);
      const made = new FakeCluster(cluster, index + 1, trust, exec, options.delayMs ?? 0, serving);
      await made.server.start();
      mesh.clusters.set(cluster.name, made);
    }
    for (const cluster of mesh.clusters.values()) cluster.install(plan, options.proxies ?? 0);
    if (plan.spire) {
      const both = migrates ? root.certificate : "";
      mesh.spire = await installSpire(plan.spire, domains, both, (name) => mesh.cluster(name));
    }
    for (const link of plan.links) {
      const secret = credentialSecret(link, plan);
      mesh.cluster(istiodOf(plan, link.observer)).addCredential(secret, mesh.cluster(link.observed));
    }
    return mesh;
  }

  public cluster(name: string): FakeCluster {
    const found = this.clusters.get(name);
    if (found === undefined) throw new Error(`the fake mesh has no cluster ${name}`);
    return found;
  }

  public get access(): Map<string, KubeConfig> {
    return new Map([...this.clusters].map(([name, cluster]) => [name, cluster.kubeConfig()]));
  }

  /** How often each kind of thing was asked for, over all clusters. */
  public get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { server } of this.clusters.values()) {
      for (const { verb, resource } of server.calls) {
        counts[`${verb} ${resource}`] = (counts[`${verb} ${resource}`] ?? 0) + 1;
      }
    }
    return counts;
  }

  public async stop(): Promise<void> {
    await Promise.all([...this.clusters.values()].map(({ server }) => server.stop()));
  }

  /** A cluster's address for other networks, as its load balancer has it. */
  public addressOf(name: string): string {
    const [service] = this.cluster(name).objects("services") as V1Service[];
    const { ip, hostname } = service?.status?.loadBalancer?.ingress?.[0] ?? {};
    return ip ?? hostname ?? "";
  }

  private async exec(from: FakeCluster, exec: FakeExec): Promise<string> {
    const { pod, command } = exec;
    const line = command.join(" ");
    if (line.includes("/debug/clusterz")) return this.clusterz(from);
    if (line.includes("/debug/networkz")) return this.networkz(from);
    if (line.includes("resource=dynamic_listeners")) return listenerPage(this.plan, from);
    if (line.includes("resource=dynamic_active_clusters")) return tlsPage(this.plan, from);
    const spire = this.spire.get(from.name);
    if (spire && line.includes("spire-server")) return spireServerPrints(spire, command);
    if (line.includes("config_dump"))
      return spire && !this.byIstiod(pod) ? spireSecretsPage(spire, exec) : secretsPage(from);
    if (line.endsWith("GET clusters")) {
      return isGatewayPod(pod) ? gatewayLines(this.plan, from).join("\n") : this.clustersPage(from);
    }
    if (line.includes("pilot-agent wait")) {
      await sleep(this.options.delayMs === undefined ? 0 : (command.length - 4) * (DIAL_MS / 2));
      return command
        .slice(4)
        .map((url) => `${url} ${this.dial(url)}\n`)
        .join("");
    }
    if (line.includes("http_code")) {
      return command
        .slice(4)
        .flatMap((url) => Array.from({ length: 5 }, () => `${url} 404\n`))
        .join("");
    }
    if (line.includes("/hello")) return this.hello(from, Number(command[4]));
    throw new Error(`unknown command ${line}`);
  }

  private remoteSecrets({ store }: FakeCluster): V1Secret[] {
    const secrets = (store.get("secrets") ?? []) as V1Secret[];
    return secrets.filter(({ metadata }) => metadata?.labels?.["istio/multiCluster"]);
  }

  private clusterz(from: FakeCluster): string {
    return JSON.stringify(
      this.remoteSecrets(from).flatMap(({ metadata, data = {} }) =>
        Object.keys(data).map((id) => ({
          id,
          secretName: `${metadata?.namespace}/${metadata?.name}`,
          syncStatus: "synced",
        })),
      ),
    );
  }

  /** The gateways of the clusters that an istiod serves or observes. */
  private networkz(from: FakeCluster): string {
    const observed = this.remoteSecrets(from).flatMap(({ data = {} }) => Object.keys(data));
    const gateways = this.plan.clusters
      .filter(({ gateway }) => gateway !== undefined)
      .filter(({ name }) => istiodOf(this.plan, name) === from.name || observed.includes(name));
    return JSON.stringify(
      gateways.map(({ name, network }) => ({
        Network: network,
        Cluster: name,
        Addr: this.resolve(this.addressOf(name)),
        Port: 15443,
      })),
    );
  }

  private resolve(address: string): string {
    return this.dns.get(address) ?? address;
  }

  /** What pilot-agent says of a URL. */
  private dial(url: string): string {
    const { hostname, port } = new URL(url);
    const found = [...this.clusters.values()].find(({ name }) => this.addressOf(name) === hostname);
    const [slice] = (found?.objects("endpointslices") ?? []) as V1EndpointSlice[];
    const ready = slice?.endpoints?.some(({ conditions }) => conditions?.ready);
    const refused = `Error: Last error: Get "${url}": dial tcp ${hostname}:${port}: connect: connection refused`;
    if (!ready || (port === "15443" && this.closed.has(found?.name ?? ""))) return refused;
    return port === "15443" ? `Error: Last error: Get "${url}": EOF` : "ok";
  }

  private seen(client: FakeCluster): FakeCluster[] {
    return helloworldSeenFrom(this.plan, client.name).map((name) => this.cluster(name));
  }

  /** Those that answer it, for what it imports as well. */
  private answering(client: FakeCluster): FakeCluster[] {
    const { clusters } = answeringClusters(this.plan, client.name);
    return clusters.flatMap((name) => this.clusters.get(name) ?? []);
  }

  private clustersPage(client: FakeCluster): string {
    const addresses = this.seen(client).flatMap((cluster) =>
      cluster.plan.network === client.plan.network
        ? helloworlds(cluster).map(({ status }) => `${status?.podIP}:5000`)
        : [`${this.resolve(this.addressOf(cluster.name))}:15443`],
    );
    const lines = addresses.map(
      (address) => `outbound|5000||helloworld.sample.svc.cluster.local::${address}::health_flags::healthy`,
    );
    const imported = importLines(
      this.plan,
      client,
      // Of another stack, where it is of no cluster here.
      (name) => (this.clusters.has(name) ? this.addressOf(name) : "203.0.113.1"),
      (address) => this.resolve(address),
    );
    return [...lines, ...imported].join("\n");
  }

  /** As many answers as asked for, by turns; who is hidden from a client is tried and another one answers. */
  private hello(client: FakeCluster, requests: number): string {
    const pods = this.answering(client)
      .filter(({ name }) => !this.hidden.has(`${client.name}>${name}`))
      .flatMap(helloworlds);
    return Array.from({ length: requests }, () => {
      const turn = this.turns.get(client.name) ?? 0;
      this.turns.set(client.name, turn + 1);
      const { metadata } = pods[turn % pods.length] ?? {};
      return `Hello version: ${metadata?.labels?.["version"]}, instance: ${metadata?.name}\n`;
    }).join("");
  }
}

function helloworlds(cluster: FakeCluster): V1Pod[] {
  const pods = cluster.objects("pods") as V1Pod[];
  return pods.filter(({ metadata }) => metadata?.labels?.["app"] === "helloworld");
}

function secretsPage({ trust }: FakeCluster): string {
  const bytes = (text: string) => ({ inline_bytes: Buffer.from(text).toString("base64") });
  const configs = [
    { name: "default", secret: { tls_certificate: { certificate_chain: bytes(trust.chain) } } },
    { name: "ROOTCA", secret: { validation_context: { trusted_ca: bytes(trust.root) } } },
  ];
  return JSON.stringify({ configs });
}

export type { ApiCall, FakeExec } from "./api-server";
export type { FakeCluster } from "./cluster";
