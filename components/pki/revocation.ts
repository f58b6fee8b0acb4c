import { verify, type X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate, CertificateList } from "@peculiar/asn1-x509";
import { nameOf, readCertificates } from "./chain";

/** Hash by the object identifier of the signature: ECDSA and RSA with SHA-256, -384 and -512. */
const HASHES: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
};

/**
 * What keeps revocation lists from being used: Envoy wants a valid one of every CA in a chain, or it accepts no
 * certificate of that chain.
 *
 * @param crl - one or more lists, PEM
 * @param cas - every CA of the mesh, PEM
 * @throws Error that says what is wrong with a text that cannot be read
 */
export function revocationFaults(crl: string, cas: string, now: Date): string[] {
  const lists = parseLists(crl);
  const byPrint = new Map(readCertificates(cas).map((ca) => [ca.fingerprint256, ca]));
  return [...byPrint.values()].flatMap((ca) => {
    const own = lists.find((list) => isListOf(list, ca));
    if (own === undefined) {
      return [
        `has no list of "${nameOf(ca)}", so that proxies would trust nothing below it; add one, empty if need be`,
      ];
    }
    const next = nextUpdateOf(own);
    if (next === undefined || now < next) return [];
    return [`has a list of "${nameOf(ca)}" that had to be renewed by ${next.toISOString()}; issue a new one`];
  });
}

/** When the first of several revocation lists has to be renewed, RFC 3339; nothing if none says. */
export function firstNextUpdate(crl: string): string | undefined {
  const times = parseLists(crl).flatMap((list) => nextUpdateOf(list)?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.min(...times)).toISOString();
}

function parseLists(pem: string): CertificateList[] {
  const blocks = [...pem.matchAll(/-----BEGIN X509 CRL-----([\s\S]*?)-----END X509 CRL-----/g)];
  if (blocks.length === 0) {
    throw new Error("holds no revocation list; give PEM text that begins with -----BEGIN X509 CRL-----");
  }
  return blocks.map(([, base64 = ""], index) => {
    try {
      return AsnConvert.parse(Buffer.from(base64, "base64"), CertificateList);
    } catch {
      throw new Error(
        `holds a revocation list that cannot be read, number ${index + 1}; copy it again in full`,
      );
    }
  });
}

function isListOf(
  { tbsCertList, tbsCertListRaw, signature, signatureAlgorithm }: CertificateList,
  ca: X509Certificate,
): boolean {
  const { subject } = AsnConvert.parse(ca.raw, Certificate).tbsCertificate;
  const sameName = Buffer.from(AsnConvert.serialize(subject)).equals(
    Buffer.from(AsnConvert.serialize(tbsCertList.issuer)),
  );
  const hash = HASHES[signatureAlgorithm.algorithm];
  if (!sameName || hash === undefined || tbsCertListRaw === undefined) return false;
  return verify(hash, Buffer.from(tbsCertListRaw), ca.publicKey, Buffer.from(signature));
}

function nextUpdateOf({ tbsCertList }: CertificateList): Date | undefined {
  return tbsCertList.nextUpdate?.getTime();
}
