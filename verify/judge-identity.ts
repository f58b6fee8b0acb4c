import { chainFault } from "./judge-proxy";
import { certificatesOf, fingerprints } from "./pem";
import type { ProxyCertificates } from "./proxy-certificates";

/** What SPIRE gives the proxies of a cluster. */
export interface ExpectedIdentity {
  readonly trustDomain: string;
  /** The roots of each trust domain that they are to know, the own one too, PEM. */
  readonly roots: ReadonlyMap<string, string>;
}

/** What is amiss with a proxy whose certificate is to be SPIRE's; nothing if it is as the servers tell. */
export function judgeIdentity(
  { chain, trustDomains }: ProxyCertificates,
  { trustDomain, roots }: ExpectedIdentity,
  now = new Date(),
): string | undefined {
  const [own, ...above] = certificatesOf(chain);
  if (own === undefined) return "has no certificate yet";
  if (trustDomains.size === 0)
    return "holds a certificate of istiod, as it was started before SPIRE was there; restart its pod";
  const names = (own.subjectAltName ?? "").split(", ");
  if (!names.some((name) => name.startsWith(`URI:spiffe://${trustDomain}/`)))
    return `has the identity ${names.join(", ") || "of nobody"}, not one of ${trustDomain}`;
  return (
    chainFault([own, ...above], certificatesOf(trustDomains.get(trustDomain) ?? ""), now) ??
    trustFault(trustDomains, roots)
  );
}

function trustFault(
  found: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string | undefined {
  const strangers = [...found.keys()].filter((domain) => !wanted.has(domain));
  if (strangers.length > 0) return `knows roots of ${strangers.join(", ")}, with which it is not to federate`;
  for (const [domain, roots] of wanted) {
    const own = found.get(domain);
    if (own === undefined) return `knows no root of ${domain}`;
    if (fingerprints(own) !== fingerprints(roots))
      return `knows root ${fingerprints(own)} of ${domain}, whose server tells ${fingerprints(roots)}`;
  }
  return undefined;
}
