import { X509Certificate } from "node:crypto";
import { certificateBlocks } from "../../../components/pki/certificates";
import { KubeConfig } from "@kubernetes/client-node";
import { expect } from "vitest";
import { SECRETS_PAGE } from "../../../verify/proxy-certificates";
import { execInPod } from "../../../verify/kube/exec";
import { verifyChain } from "../../lab/support/issued-chain";
import { runningPod } from "../../lab/support/pods";
import type { Suite } from "../../lab/support/suite";

/** What a proxy got from SPIRE. */
export interface ProxySvid {
  /** Its own certificate, then its issuers, PEM. */
  readonly chain: readonly string[];
  /** The roots that it trusts, PEM, by trust domain. */
  readonly roots: Readonly<Record<string, readonly string[]>>;
}

interface Source {
  readonly inline_bytes?: string;
}

interface Page {
  readonly configs?: readonly {
    readonly name: string;
    readonly secret?: {
      readonly tls_certificate?: { readonly certificate_chain?: Source };
      readonly validation_context?: {
        readonly custom_validator_config?: {
          readonly typed_config: {
            readonly trust_domains: readonly { readonly name: string; readonly trust_bundle: Source }[];
          };
        };
      };
    };
  }[];
}

/** The SVID of the proxy of a running pod, and whom it trusts. */
export async function proxySvid(
  suite: Suite,
  cluster: string,
  namespace: string,
  selector: string,
): Promise<ProxySvid> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(suite.kubeconfigOf(cluster));
  const pod = runningPod(suite, cluster, namespace, selector).name;
  const target = { namespace, pod, container: "istio-proxy" };
  const command = ["pilot-agent", "request", "GET", SECRETS_PAGE];
  const page = await execInPod(kubeConfig, target, command, AbortSignal.timeout(60_000));
  const { configs = [] } = JSON.parse(page) as Page;
  const secret = (name: string) => configs.find((each) => each.name === name)?.secret;
  const domains = secret("ROOTCA")?.validation_context?.custom_validator_config?.typed_config.trust_domains;
  return {
    chain: blocks(secret("default")?.tls_certificate?.certificate_chain),
    roots: Object.fromEntries((domains ?? []).map(({ name, trust_bundle }) => [name, blocks(trust_bundle)])),
  };
}

/** The SPIFFE ID of the proxy of a running pod. */
export async function identityOf(
  suite: Suite,
  cluster: string,
  namespace: string,
  selector: string,
): Promise<string | undefined> {
  const { chain } = await proxySvid(suite, cluster, namespace, selector);
  return new X509Certificate(chain[0] ?? "").subjectAltName?.replace("URI:", "");
}

function blocks(source: Source | undefined): string[] {
  return certificateBlocks(Buffer.from(source?.inline_bytes ?? "", "base64").toString());
}

/** SHA-256 of certificates, PEM. */
export function fingerprints(certificates: readonly string[]): string[] {
  return certificates.map((pem) => new X509Certificate(pem).fingerprint256);
}

/** Expects that the clients of clusters trust just these roots of a trust domain, PEM. */
export async function expectTrusted(
  suite: Suite,
  clusters: readonly string[],
  trustDomain: string,
  expected: readonly string[],
): Promise<void> {
  for (const cluster of clusters) {
    const { roots } = await proxySvid(suite, cluster, "sample", "app=curl");
    expect(fingerprints(roots[trustDomain] ?? []).sort(), cluster).toEqual(fingerprints(expected).sort());
  }
}

/** Expects that a cluster's client and server have certificates under a root, PEM. */
export async function expectIssuedUnder(suite: Suite, cluster: string, root: string): Promise<void> {
  for (const selector of ["app=curl", "app=helloworld"])
    verifyChain([...(await proxySvid(suite, cluster, "sample", selector)).chain], root);
}
