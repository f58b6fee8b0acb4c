import type { Chart } from "cdk8s";
import { HOURS_PER_DAY } from "../pki/certificates";
import type { CaKeyAlgorithm } from "../spec/types";
import {
  Certificate,
  type CertificateSpecPrivateKey,
  CertificateSpecPrivateKeyAlgorithm,
  CertificateSpecPrivateKeyRotationPolicy,
  CertificateSpecUsages,
} from "./imports/cert-manager.io";

/** What a cluster's CA is to be, and who signs it. */
export interface IssuedCaInput {
  /** The cluster that signs with it. */
  readonly clusterName: string;
  readonly issuer: { readonly name: string; readonly kind: string; readonly group: string };
  readonly algorithm: CaKeyAlgorithm;
  readonly validityDays: number;
  readonly renewBeforeDays?: number | undefined;
  readonly organization: string;
  /** Namespace of the Certificate and of its Secret. */
  readonly namespace: string;
  /** Name of the Certificate and of its Secret. */
  readonly name: string;
}

const PRIVATE_KEYS: Record<CaKeyAlgorithm, CertificateSpecPrivateKey> = {
  "ECDSA-P256": { algorithm: CertificateSpecPrivateKeyAlgorithm.ECDSA, size: 256 },
  "ECDSA-P384": { algorithm: CertificateSpecPrivateKeyAlgorithm.ECDSA, size: 384 },
  "RSA-4096": { algorithm: CertificateSpecPrivateKeyAlgorithm.RSA, size: 4096 },
};

/**
 * A signing CA that cert-manager has signed and keeps current, in a Secret that istiod reads as it is: `tls.crt`,
 * `tls.key`, `ca.crt`. Counts as made once the Secret is complete.
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 */
export function issuedCa(chart: Chart, ca: IssuedCaInput): void {
  new Certificate(chart, ca.name, {
    metadata: {
      name: ca.name,
      namespace: ca.namespace,
      annotations: { "pulumi.com/waitFor": "condition=Ready" },
    },
    spec: {
      secretName: ca.name,
      isCa: true,
      commonName: "Intermediate CA",
      subject: { organizations: [ca.organization], localities: [ca.clusterName] },
      duration: hours(ca.validityDays),
      ...(ca.renewBeforeDays === undefined ? {} : { renewBefore: hours(ca.renewBeforeDays) }),
      // Without it older releases of cert-manager keep the first key for ever.
      privateKey: {
        ...PRIVATE_KEYS[ca.algorithm],
        rotationPolicy: CertificateSpecPrivateKeyRotationPolicy.ALWAYS,
      },
      // No extended usage: istiod's and the proxies' own would then have to be among them.
      usages: [
        CertificateSpecUsages.CERT_SIGN,
        CertificateSpecUsages.CRL_SIGN,
        CertificateSpecUsages.DIGITAL_SIGNATURE,
      ],
      issuerRef: ca.issuer,
    },
  });
}

function hours(days: number): string {
  return `${days * HOURS_PER_DAY}h`;
}
