/** What a proxy identifies itself with, and whom it trusts, PEM. */
export interface ProxyCertificates {
  /** Its own certificate, then its issuers. */
  readonly chain: string;
  readonly roots: string;
}

/** Envoy's admin page with the secrets that it has from SDS; private keys are not on it. */
export const SECRETS_PAGE = "config_dump?resource=dynamic_active_secrets";

interface DataSource {
  readonly inline_bytes?: string;
}

/** An entry of that page, as far as it matters here. */
interface ActiveSecret {
  readonly name: string;
  readonly secret?: {
    readonly tls_certificate?: { readonly certificate_chain?: DataSource };
    readonly validation_context?: { readonly trusted_ca?: DataSource };
  };
}

/**
 * The certificates of a proxy that Istio serves, on Envoy's page; empty text for what it does not have yet.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--config_dump
 */
export function proxyCertificates(page: string): ProxyCertificates {
  const { configs = [] } = JSON.parse(page) as { configs?: readonly ActiveSecret[] };
  const secret = (name: string) => configs.find((candidate) => candidate.name === name)?.secret;
  return {
    chain: text(secret("default")?.tls_certificate?.certificate_chain),
    roots: text(secret("ROOTCA")?.validation_context?.trusted_ca),
  };
}

function text(source: DataSource | undefined): string {
  return Buffer.from(source?.inline_bytes ?? "", "base64").toString("utf8");
}
