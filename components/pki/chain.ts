import type { X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  BasicConstraints,
  Certificate,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  KeyUsage,
  KeyUsageFlags,
} from "@peculiar/asn1-x509";
import { parseCertificates } from "./certificates";

/** Extended key usages under which a CA may sign servers' certificates; istiod refuses a CA that has others only. */
const SERVER_USAGES = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];

/** What a cluster signs with, and what is above it; PEM each. */
export interface CaChain {
  /** The cluster's signing CA. */
  readonly certificate: string;
  /** Certificates between the signing CA and the root, the lower ones first. */
  readonly chain?: string | undefined;
  /** One or more roots; the chain ends in one of them. */
  readonly roots: string;
}

/** The certificates of a PEM text. @throws Error if it holds none, or one that cannot be read */
export function readCertificates(pem: string): X509Certificate[] {
  const certificates = parseCertificates(pem);
  if (certificates === undefined) {
    throw new Error("holds no certificate, or a damaged one; give PEM text, copied in full");
  }
  return certificates;
}

/**
 * What keeps a chain from being the CA of a cluster: each fault by the part that has it.
 *
 * @param now - the time at which it has to be valid
 */
export function chainFaults(
  { certificate, chain, roots }: CaChain,
  now: Date,
): { part: keyof CaChain; message: string }[] {
  const [signing, ...extra] = readCertificates(certificate);
  const between = [...extra, ...(chain === undefined ? [] : readCertificates(chain))];
  const path = [signing as X509Certificate, ...between];
  const trusted = readCertificates(roots);
  const root = rootOf(path.at(-1) as X509Certificate, trusted);
  const partOf = (index: number): keyof CaChain =>
    index === 0 ? "certificate" : index < path.length ? "chain" : "roots";
  return [
    ...linkFaults(path, trusted, root).map(([index, message]) => ({ part: partOf(index), message })),
    ...[...path, ...(root === undefined ? [] : [root])].flatMap((entry, index) =>
      ownFaults(entry, index, now).map((message) => ({ part: partOf(index), message })),
    ),
  ];
}

/** The one of several roots that has issued a certificate. */
export function rootOf(
  certificate: X509Certificate,
  roots: readonly X509Certificate[],
): X509Certificate | undefined {
  return roots.find((root) => isIssuedBy(certificate, root));
}

/** The subject of a certificate on one line. */
export function nameOf(certificate: X509Certificate): string {
  return certificate.subject.split("\n").join(", ");
}

function linkFaults(
  path: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  root: X509Certificate | undefined,
): [number, string][] {
  const broken = path.flatMap((entry, index): [number, string][] => {
    const issuer = path[index + 1];
    if (issuer === undefined || isIssuedBy(entry, issuer)) return [];
    const message = `"${nameOf(entry)}" is not issued by the next one, "${nameOf(issuer)}"; give the chain from the signing CA upwards, without gaps`;
    return [[index, message]];
  });
  if (root !== undefined) return broken;
  const last = path.length - 1;
  const issuer = path[last]?.issuer.split("\n").join(", ");
  const known = trusted.map((candidate) => `"${nameOf(candidate)}"`).join(", ");
  return [
    ...broken,
    [
      last,
      `"${nameOf(path[last] as X509Certificate)}" is issued by "${issuer}", and not by a root of this mesh (${known}); give what lies between in chain, or have it signed under the mesh's root`,
    ],
  ];
}

function ownFaults(certificate: X509Certificate, below: number, now: Date): string[] {
  const { isCa, pathLength, signs } = constraints(certificate);
  const name = `"${nameOf(certificate)}"`;
  const faults: string[] = [];
  if (!isCa) faults.push(`${name} is not a CA (basicConstraints CA:TRUE); have it signed as one`);
  if (!signs) faults.push(`${name} may not sign certificates (keyUsage keyCertSign); have it signed with it`);
  if (
    certificate.keyUsage !== undefined &&
    !certificate.keyUsage.some((usage) => SERVER_USAGES.includes(usage))
  ) {
    faults.push(
      `${name} is limited to other uses than servers' (extendedKeyUsage), which istiod refuses; leave that extension out`,
    );
  }
  if (pathLength !== undefined && pathLength < below) {
    faults.push(
      `${name} allows ${pathLength} CAs below it (path length), but there are ${below}; shorten the chain or have it signed with a greater path length`,
    );
  }
  if (now < certificate.validFromDate) {
    faults.push(`${name} is valid only from ${certificate.validFromDate.toISOString()}`);
  }
  if (now >= certificate.validToDate) {
    faults.push(`${name} expired on ${certificate.validToDate.toISOString()}; have a new one signed`);
  }
  return faults;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** What node:crypto does not tell of a certificate. */
interface Constraints {
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
  readonly signs: boolean;
}

function constraints(certificate: X509Certificate): Constraints {
  const { extensions = [] } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  const find = (id: string) => extensions.find(({ extnID }) => extnID === id)?.extnValue;
  const basicValue = find(id_ce_basicConstraints);
  const basic = basicValue && AsnConvert.parse(basicValue, BasicConstraints);
  const usage = find(id_ce_keyUsage);
  return {
    isCa: basic?.cA ?? false,
    pathLength: basic?.pathLenConstraint,
    signs:
      usage === undefined || (AsnConvert.parse(usage, KeyUsage).toNumber() & KeyUsageFlags.keyCertSign) !== 0,
  };
}
