import { createHash, X509Certificate } from "node:crypto";
import { certificateBlocks } from "./certificates";

/**
 * Roots as a SPIFFE bundle, by which one trust domain is told those of another.
 *
 * @param roots - PEM
 * @see https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE_Trust_Domain_and_Bundle.md
 */
export function spiffeBundle(roots: string): string {
  const keys = certificatesOf(roots).map((certificate) => ({
    use: "x509-svid",
    ...certificate.publicKey.export({ format: "jwk" }),
    x5c: [certificate.raw.toString("base64")],
  }));
  return JSON.stringify({ keys });
}

/** A short name for a set of roots, whatever their order. @param roots - PEM */
export function rootsDigest(roots: string): string {
  const fingerprints = certificatesOf(roots).map(({ fingerprint256 }) => fingerprint256);
  return createHash("sha256").update(fingerprints.sort().join()).digest("hex").slice(0, 16);
}

function certificatesOf(roots: string): X509Certificate[] {
  return certificateBlocks(roots).map((pem) => new X509Certificate(pem));
}
