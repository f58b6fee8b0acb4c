import { X509Certificate } from "node:crypto";
import { certificateBlocks } from "../../../components/pki/certificates";
import type { SpireClusterPlan, SpirePlan } from "../../../components/spec/types";
import { TestCa } from "../ca";
import type { FakeExec } from "./api-server";
import type { FakeCluster } from "./cluster";

/** What a SPIRE server knows of a trust domain. */
export interface FakeBundle {
  readonly roots: string;
  /** IDs of its keys for tokens. */
  readonly tokenKeys: readonly string[];
}

/** What SPIRE has given a cluster; tests change it. */
export interface FakeSpire {
  readonly trustDomain: string;
  /** Signs the certificates of workloads. */
  signer: TestCa;
  /** What every proxy has in place of a certificate of its own, with its issuer's. */
  chain?: string;
  /** The roots of each trust domain that its proxies know. */
  readonly known: Map<string, string>;
  /** The bundles that its server has: its own first, then those of other trust domains. */
  readonly bundles: Map<string, FakeBundle>;
  /** UIDs of the pods that it has registered. */
  readonly registered: Set<string>;
}

/** A root for each trust domain of a plan. */
export async function rootsOfDomains(plan: SpirePlan | undefined): Promise<ReadonlyMap<string, TestCa>> {
  const domains = new Set(plan?.clusters.map(({ trustDomain }) => trustDomain));
  return new Map(
    await Promise.all([...domains].map(async (domain) => [domain, await TestCa.root(domain)] as const)),
  );
}

/**
 * SPIRE in each cluster as a plan has it, each trust domain under a root of its own.
 *
 * @param both - other roots that all tell, PEM
 */
export async function installSpire(
  { clusters }: SpirePlan,
  roots: ReadonlyMap<string, TestCa>,
  both: string,
  clusterOf: (name: string) => FakeCluster,
): Promise<ReadonlyMap<string, FakeSpire>> {
  const installed = clusters.map(async (plan) => {
    clusterOf(plan.cluster).addPod("spire", "spire-server", ["spire-server"]);
    return [plan.cluster, await spireOf(plan, roots, both)] as const;
  });
  return new Map(await Promise.all(installed));
}

async function spireOf(
  { trustDomain, federation }: SpireClusterPlan,
  roots: ReadonlyMap<string, TestCa>,
  both: string,
): Promise<FakeSpire> {
  const domains = [trustDomain, ...federation.map((other) => other.trustDomain)];
  const known = domains.map((domain) => [domain, roots.get(domain)!.certificate + both] as const);
  return {
    trustDomain,
    signer: await roots.get(trustDomain)!.sign("SPIRE"),
    known: new Map(known),
    bundles: new Map(known.map(([domain, pem]) => [domain, { roots: pem, tokenKeys: ["old", "new"] }])),
    registered: new Set(),
  };
}

/** Envoy's page with SPIRE's secrets of a pod, whose account is the namespace's default one. */
export async function spireSecretsPage(spire: FakeSpire, { namespace }: FakeExec): Promise<string> {
  const bytes = (text: string) => ({ inline_bytes: Buffer.from(text).toString("base64") });
  const trust_domains = [...spire.known].map(([name, pem]) => ({ name, trust_bundle: bytes(pem) }));
  const custom_validator_config = { typed_config: { trust_domains } };
  const chain = spire.chain ?? (await svid(spire, namespace, "default"));
  return JSON.stringify({
    configs: [
      { name: "default", secret: { tls_certificate: { certificate_chain: bytes(chain) } } },
      { name: "ROOTCA", secret: { validation_context: { custom_validator_config } } },
    ],
  });
}

/** A certificate of a workload and its issuer's. @param days - from when and until when it is valid */
export async function svid(
  { trustDomain, signer }: Pick<FakeSpire, "trustDomain" | "signer">,
  namespace: string,
  account: string,
  days = { from: -0.01, to: 0.03 },
): Promise<string> {
  const uris = [`spiffe://${trustDomain}/ns/${namespace}/sa/${account}`];
  const own = await signer.sign("", { isCa: false, ...days, uris });
  return own.certificate + signer.certificate;
}

/** What a command of the server prints. */
export function spireServerPrints(
  { bundles, registered }: FakeSpire,
  [, noun, verb]: readonly string[],
): string {
  const [own, ...others] = [...bundles].map(printed);
  const selectors = [...registered].map((uid) => [{ type: "k8s", value: `pod-uid:${uid}` }]);
  const answers: Record<string, object | undefined> = {
    "bundle show": own,
    "bundle list": { bundles: others, next_page_token: "" },
    "entry show": { entries: selectors.map((each) => ({ selectors: each })), next_page_token: "" },
  };
  return JSON.stringify(answers[`${noun} ${verb}`]);
}

function printed([trust_domain, { roots, tokenKeys }]: readonly [string, FakeBundle]): object {
  const certificates = certificateBlocks(roots).map((pem) => new X509Certificate(pem));
  return {
    trust_domain,
    x509_authorities: certificates.map(({ raw }) => ({ asn1: raw.toString("base64"), tainted: false })),
    refresh_hint: "300",
    jwt_authorities: tokenKeys.map((key_id) => ({ key_id })),
  };
}
