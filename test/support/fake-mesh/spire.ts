import type { SpireClusterPlan, SpirePlan } from "../../../components/spec/types";
import { TestCa } from "../ca";
import type { FakeCluster } from "./cluster";

/** What SPIRE has given a cluster; tests change it. */
export interface FakeSpire {
  /** A proxy's own certificate and its issuer's. */
  chain: string;
  /** The roots of each trust domain that its proxies know. */
  readonly known: Map<string, string>;
  /** The roots of each trust domain that its server knows. */
  readonly federated: Map<string, string>;
}

/** SPIRE in each cluster as a plan has it, each trust domain under a root of its own. */
export async function installSpire(
  { clusters }: SpirePlan,
  clusterOf: (name: string) => FakeCluster,
): Promise<ReadonlyMap<string, FakeSpire>> {
  const roots = new Map<string, TestCa>();
  for (const { trustDomain } of clusters) {
    if (!roots.has(trustDomain)) roots.set(trustDomain, await TestCa.root(trustDomain));
  }
  const installed = clusters.map(async (plan) => {
    install(clusterOf(plan.cluster), roots.get(plan.trustDomain)!.certificate);
    return [plan.cluster, await spireOf(plan, roots)] as const;
  });
  return new Map(await Promise.all(installed));
}

function install(cluster: FakeCluster, roots: string): void {
  cluster.add("configmaps", {
    metadata: { name: "spire-bundle", namespace: "spire" },
    data: { "bundle.crt": roots },
  });
  cluster.addPod("spire", "spire-server", ["spire-server"]);
}

async function spireOf(
  { trustDomain, federation }: SpireClusterPlan,
  roots: ReadonlyMap<string, TestCa>,
): Promise<FakeSpire> {
  const server = await roots.get(trustDomain)!.sign("SPIRE");
  const uris = [`spiffe://${trustDomain}/ns/shop/sa/web`];
  const own = await server.sign("", { isCa: false, from: -0.01, to: 0.03, uris });
  const others = federation.map(
    (other) => [other.trustDomain, roots.get(other.trustDomain)!.certificate] as const,
  );
  return {
    chain: own.certificate + server.certificate,
    known: new Map([[trustDomain, roots.get(trustDomain)!.certificate], ...others]),
    federated: new Map(others),
  };
}

/** Envoy's page with SPIRE's secrets. */
export function spireSecretsPage({ chain, known }: FakeSpire): string {
  const bytes = (text: string) => ({ inline_bytes: Buffer.from(text).toString("base64") });
  const trust_domains = [...known].map(([name, pem]) => ({ name, trust_bundle: bytes(pem) }));
  const custom_validator_config = { typed_config: { trust_domains } };
  return JSON.stringify({
    configs: [
      { name: "default", secret: { tls_certificate: { certificate_chain: bytes(chain) } } },
      { name: "ROOTCA", secret: { validation_context: { custom_validator_config } } },
    ],
  });
}

/** What `spire-server bundle list` prints. */
export function bundleList({ federated }: FakeSpire, command: readonly string[]): string {
  const domain = command.at(-1) ?? "";
  const pem = federated.get(domain);
  return pem === undefined ? "" : `****************\n* ${domain}\n****************\n${pem}`;
}
