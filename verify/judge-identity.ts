import { chainFault, renewedBy } from "./judge-proxy";
import { certificatesOf, fingerprints } from "./pem";
import type { ProxyCertificates } from "./proxy-certificates";

/** What SPIRE gives a proxy. */
export interface ExpectedIdentity {
  /** Those whose roots it is to know, its own first. */
  readonly trustDomains: readonly [string, ...string[]];
  readonly namespace: string;
  /** Its pod's service account. */
  readonly account: string;
  /** Roots of trust domains, PEM, as far as they are known. */
  readonly roots: ReadonlyMap<string, string>;
}

/** Agents renew a certificate after half of its lifetime, a tenth of that sooner or later. */
const LATEST_SHARE = 0.56;

/** What is amiss with a proxy whose certificate is to be SPIRE's; nothing if it is as the server tells. */
export function judgeIdentity(
  { chain, trustDomains: known }: ProxyCertificates,
  { trustDomains, namespace, account, roots }: ExpectedIdentity,
  now = new Date(),
): string | undefined {
  const [own, ...above] = certificatesOf(chain);
  if (own === undefined) return "has no certificate yet";
  if (known.size === 0)
    return "holds a certificate of istiod, as it was started before SPIRE was there; restart its pod";
  const [trustDomain] = trustDomains;
  const names = (own.subjectAltName ?? "").split(", ");
  const expected = `URI:spiffe://${trustDomain}/ns/${namespace}/sa/${account}`;
  if (!names.includes(expected))
    return `has the identity ${names.join(", ") || "of nobody"}, not its own, ${expected}`;
  const broken = chainFault([own, ...above], certificatesOf(known.get(trustDomain) ?? ""), now);
  if (broken !== undefined) return broken;
  const renewed = renewedBy(own, LATEST_SHARE);
  if (renewed < now)
    return `holds a certificate until ${own.validTo} that should have been renewed by ${renewed.toISOString()}, so its node's agent or the server is away`;
  return trustFault(known, trustDomains, roots);
}

function trustFault(
  known: ReadonlyMap<string, string>,
  wanted: readonly string[],
  roots: ReadonlyMap<string, string>,
): string | undefined {
  const strangers = [...known.keys()].filter((domain) => !wanted.includes(domain));
  if (strangers.length > 0) return `knows roots of ${strangers.join(", ")}, with which it is not to federate`;
  for (const domain of wanted) {
    const [own, told] = [known.get(domain), roots.get(domain)];
    if (own === undefined) return `knows no root of ${domain}`;
    if (told !== undefined && fingerprints(own) !== fingerprints(told))
      return `knows root ${fingerprints(own)} of ${domain}, of which its server has ${fingerprints(told)}`;
  }
  return undefined;
}
