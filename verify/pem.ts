import type { X509Certificate } from "node:crypto";
import { parseCertificates } from "../components/pki/certificates";

/** The certificates of a PEM text, in its order; none of what is no PEM. */
export function certificatesOf(pem: string): X509Certificate[] {
  return parseCertificates(pem) ?? [];
}

/** SHA-256 of a certificate, in hex. */
export function fingerprint(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

/** SHA-256 fingerprints of the certificates in a PEM bundle, sorted: the order in a bundle means nothing. */
export function fingerprints(pem: string): string {
  const prints = certificatesOf(pem).map(fingerprint);
  return [...new Set(prints)].sort().join(" + ") || "(no certificate)";
}
