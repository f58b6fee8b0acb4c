/** What a proxy identifies itself with, and whom it trusts, PEM. */
export interface ProxyCertificates {
  /** Its own certificate, then its issuers. */
  readonly chain: string;
  /** The roots under which it takes any certificate; empty where it has roots of each trust domain. */
  readonly roots: string;
  /** The roots of each trust domain that it knows; none where it does not tell trust domains apart. */
  readonly trustDomains: ReadonlyMap<string, string>;
}

/** Envoy's admin page with the secrets that it has from SDS; private keys are not on it. */
export const SECRETS_PAGE = "config_dump?resource=dynamic_active_secrets";

interface DataSource {
  readonly inline_bytes?: string;
}

/** What tells Envoy whom to trust: of istiod any root for everybody, of SPIRE the roots of each trust domain. */
interface ValidationContext {
  readonly trusted_ca?: DataSource;
  readonly custom_validator_config?: {
    readonly typed_config?: {
      readonly trust_domains?: readonly { readonly name: string; readonly trust_bundle?: DataSource }[];
    };
  };
}

/** An entry of that page, as far as it matters here. */
interface ActiveSecret {
  readonly name: string;
  readonly secret?: {
    readonly tls_certificate?: { readonly certificate_chain?: DataSource };
    readonly validation_context?: ValidationContext;
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
  const trusted = secret("ROOTCA")?.validation_context;
  const domains = trusted?.custom_validator_config?.typed_config?.trust_domains ?? [];
  return {
    chain: text(secret("default")?.tls_certificate?.certificate_chain),
    roots: text(trusted?.trusted_ca),
    trustDomains: new Map(domains.map(({ name, trust_bundle }) => [name, text(trust_bundle)])),
  };
}

function text(source: DataSource | undefined): string {
  return Buffer.from(source?.inline_bytes ?? "", "base64").toString("utf8");
}
