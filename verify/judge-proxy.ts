import type { X509Certificate } from "node:crypto";
import { certificatesOf, fingerprint, fingerprints } from "./pem";
import type { ProxyCertificates } from "./proxy-certificates";

/** What the signing clusters hand out now. */
export interface Signers {
  /**
   * Fingerprints of the signing CAs' certificates. Any will do where it is left out, as with cert-manager, which renews
   * them at its own time and under the same root: proxies follow when they renew their own.
   */
  readonly issuers?: ReadonlySet<string>;
  /** Fingerprints of the roots that workloads are told to trust. */
  readonly roots: string;
  /** Until when a change of these may still be on its way. */
  readonly spreadsUntil?: Date;
}

/** What is amiss with a proxy's certificates. */
export interface ProxyFault {
  readonly text: string;
  /** When it will have gone by itself; not set where it will not. */
  readonly goneBy?: Date;
}

/** Beyond half of its lifetime Istio's agent waits for up to another hundredth of it, and its clock may differ. */
const LATEST_SHARE = 0.52;
const CLOCKS_MS = 60_000;

/** What is amiss with a proxy's certificates; nothing if they are as the signers would give them now. */
export function judgeProxy(
  { chain, roots }: Pick<ProxyCertificates, "chain" | "roots">,
  signers: Signers,
  now = new Date(),
): ProxyFault | undefined {
  const [own, ...above] = certificatesOf(chain);
  if (own === undefined) return { text: "has no certificate yet" };
  const broken = chainFault([own, ...above], certificatesOf(roots), now);
  if (broken !== undefined) return { text: broken };
  const [issuer] = above;
  if (issuer === undefined || signers.issuers?.has(fingerprint(issuer)) === false) {
    const goneBy = renewedBy(own, LATEST_SHARE);
    const text = `holds a certificate of an earlier signing CA until ${own.validTo}`;
    return goneBy > now
      ? { text, goneBy }
      : { text: `${text}, and should have renewed it by ${goneBy.toISOString()}` };
  }
  const trusted = fingerprints(roots);
  if (trusted === signers.roots) return undefined;
  const text = `trusts root ${trusted}, not ${signers.roots}`;
  return signers.spreadsUntil === undefined ? { text } : { text, goneBy: signers.spreadsUntil };
}

/** Why a peer would refuse a chain: each certificate has to be valid and signed by the next one, the last one by a root. */
export function chainFault(
  sent: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now: Date,
): string | undefined {
  // istiod appends every root that the mesh trusts, in a rotation two, which peers pass over: they go by their own.
  const chain = sent.filter((certificate) => !hasSigned(certificate, certificate));
  for (const [index, certificate] of chain.entries()) {
    const what = index === 0 ? "a certificate" : `a certificate of issuer "${oneLine(certificate.subject)}"`;
    if (certificate.validToDate < now) return `holds ${what} that has expired: ${certificate.validTo}`;
    if (certificate.validFromDate > now)
      return `holds ${what} that is not valid before ${certificate.validFrom}`;
    const next = chain[index + 1];
    if (next !== undefined && !hasSigned(next, certificate)) {
      return `holds a certificate whose chain is broken: "${oneLine(next.subject)}" has not signed the one before it`;
    }
  }
  const last = chain.at(-1);
  const rooted = roots.some(
    (root) => root.validToDate >= now && (last === undefined || hasSigned(root, last)),
  );
  return rooted
    ? undefined
    : "holds a certificate whose chain is broken: it ends below none of the roots that the proxy trusts";
}

function hasSigned(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** When a certificate has been renewed at the latest. @param share - of its lifetime, after which it is */
export function renewedBy({ validFromDate, validToDate }: X509Certificate, share: number): Date {
  const lifetime = validToDate.getTime() - validFromDate.getTime();
  return new Date(validFromDate.getTime() + share * lifetime + CLOCKS_MS);
}

function oneLine(subject: string): string {
  return subject.replaceAll("\n", ", ");
}
