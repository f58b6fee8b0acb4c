import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** When every mocked certificate begins. */
export const MOCK_START = "2026-01-01T00:00:00Z";

/** RFC 3339, as `@pulumi/tls` writes ends of validity. */
export function hoursAfterStart(hours: number): string {
  return new Date(Date.parse(MOCK_START) + hours * 3_600_000).toISOString();
}

let root: Promise<string> | undefined;

/** A real root certificate, made once per process, so that components can parse it. */
export function rootCertificate(): Promise<string> {
  root ??= selfSigned();
  return root;
}

/** A real self-signed certificate. @param ca - whether it may sign others @param hours - its lifetime */
export async function selfSigned(name = "Root CA", ca = true, hours = 24): Promise<string> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(MOCK_START),
    notAfter: new Date(hoursAfterStart(hours)),
    signingAlgorithm: algorithm,
    keys: await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]),
    extensions: [new x509.BasicConstraintsExtension(ca, ca ? 1 : undefined, true)],
  });
  return certificate.toString("pem");
}
