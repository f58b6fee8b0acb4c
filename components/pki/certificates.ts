import { X509Certificate } from "node:crypto";

/** Lifetimes are said in days; `@pulumi/tls` and cert-manager take hours. */
export const HOURS_PER_DAY = 24;

/** Each certificate of a PEM bundle as PEM of its own, in their order. */
export function certificateBlocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/**
 * The certificates of a PEM bundle, in their order.
 *
 * @returns nothing when the text holds none, or one that is none
 */
export function parseCertificates(pem: string): X509Certificate[] | undefined {
  const blocks = certificateBlocks(pem);
  try {
    const certificates = blocks.map((block) => new X509Certificate(block));
    return certificates.length === 0 ? undefined : certificates;
  } catch {
    return undefined;
  }
}

/** PEM texts as one; a text may end without the line break that has to be between two certificates. */
export function joined(pems: readonly string[]): string {
  return pems.map((pem) => (pem.endsWith("\n") ? pem : `${pem}\n`)).join("");
}
