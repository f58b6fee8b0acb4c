import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { keyArguments } from "./internal/ca-keys";
import { componentType } from "./internal/component";
import { HOURS_PER_DAY } from "./pki/certificates";
import { CA_DEFAULTS } from "./spec/ca/defaults";

/** Arguments of {@link RootCA}. */
export interface RootCAArgs {
  /**
   * Key algorithm: `ECDSA-P256`, `ECDSA-P384` or `RSA-4096`.
   * @default "ECDSA-P384"
   */
  algorithm?: string;
  /**
   * Lifetime in days; must exceed that of the intermediates.
   * @default 3650
   */
  validityDays?: pulumi.Input<number>;
  /**
   * Subject name; roots that are trusted at the same time need different ones to be told apart.
   * @default "Root CA"
   */
  commonName?: pulumi.Input<string>;
  /**
   * Subject organisation.
   * @default "Istio"
   */
  organization?: pulumi.Input<string>;
  /**
   * How many CAs may be below one another under this root: 1 for an istiod's, 2 for one that signs a SPIRE server's.
   * @default 1
   */
  maxPathLength?: number;
}

/** Settings of a {@link RootCA}. */
export interface RootSettings {
  /** `ECDSA-P256`, `ECDSA-P384` or `RSA-4096`. */
  readonly algorithm: string;
  readonly validityDays: number;
  readonly organization: string;
}

/**
 * A root of trust: a self-signed CA certificate that may sign intermediates, and by default nothing below them.
 *
 * A root keeps the algorithm, lifetime and subject that it was made with, since any other would be another root, under
 * which nobody's certificates are: other arguments hold for a `RootCA` of another name, as a rotation makes it.
 *
 * The key lives in the stack's state, encrypted by the stack's secrets provider, and is protected from deletion
 * by the caller's options. `maxPathLength` enforces the length of the chain from here, because `@pulumi/tls`
 * cannot set a path length of 0 on the intermediates.
 *
 * @see https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
 */
export class RootCA extends pulumi.ComponentResource {
  /** The root certificate, PEM. */
  public readonly certificate: pulumi.Output<string>;
  /** The root's private key, PEM; secret. */
  public readonly privateKey: pulumi.Output<string>;
  /** SHA-256 of the certificate, as hex pairs joined by colons. */
  public readonly fingerprint: pulumi.Output<string>;
  /** End of validity, RFC 3339. */
  public readonly notAfter: pulumi.Output<string>;
  /** What it was made with, whatever its arguments say now. */
  public readonly madeWith: pulumi.Output<RootSettings>;

  public constructor(name: string, args: RootCAArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("RootCA"), name, {}, opts);
    const child = { parent: this };
    const key = new tls.PrivateKey(`${name}-key`, keyArguments(args.algorithm ?? CA_DEFAULTS.rootAlgorithm), {
      ...child,
      ignoreChanges: ["algorithm", "ecdsaCurve", "rsaBits"],
    });
    const certificate = new tls.SelfSignedCert(
      `${name}-certificate`,
      {
        privateKeyPem: key.privateKeyPem,
        isCaCertificate: true,
        maxPathLength: args.maxPathLength ?? 1,
        setSubjectKeyId: true,
        subject: {
          commonName: args.commonName ?? "Root CA",
          organization: args.organization ?? CA_DEFAULTS.organization,
        },
        validityPeriodHours: pulumi
          .output(args.validityDays ?? CA_DEFAULTS.rootValidityDays)
          .apply((days) => days * HOURS_PER_DAY),
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
      },
      { ...child, ignoreChanges: ["subject", "validityPeriodHours"] },
    );
    this.certificate = certificate.certPem;
    this.privateKey = pulumi.secret(key.privateKeyPem);
    this.fingerprint = certificate.certPem.apply((pem) => new X509Certificate(pem).fingerprint256);
    this.notAfter = certificate.validityEndTime;
    this.madeWith = settingsOf(key, certificate);
    this.registerOutputs({
      certificate: this.certificate,
      fingerprint: this.fingerprint,
      notAfter: this.notAfter,
    });
  }
}

function settingsOf(key: tls.PrivateKey, certificate: tls.SelfSignedCert): pulumi.Output<RootSettings> {
  const { algorithm, ecdsaCurve, rsaBits } = key;
  return pulumi
    .all([algorithm, ecdsaCurve, rsaBits, certificate.validityPeriodHours, certificate.subject])
    .apply(([family, curve, bits, hours, subject]) => ({
      algorithm: `${family}-${family === "RSA" ? bits : curve}`,
      validityDays: hours / HOURS_PER_DAY,
      organization: subject?.organization ?? "",
    }));
}
