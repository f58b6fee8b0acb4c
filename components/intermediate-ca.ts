import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { keyArguments } from "./internal/ca-keys";
import { certificateRequest } from "./internal/certificate-request";
import { componentType } from "./internal/component";
import { hook } from "./internal/hook";
import { HOURS_PER_DAY } from "./pki/certificates";
import { CA_DEFAULTS } from "./spec/ca/defaults";

/** Arguments of {@link IntermediateCA}. */
export interface IntermediateCAArgs {
  /** Cluster that signs with this CA; the locality in its subject. */
  clusterName: string;
  /** The root certificate, PEM. */
  rootCertificate: pulumi.Input<string>;
  /** The root's private key, PEM. */
  rootPrivateKey: pulumi.Input<string>;
  /** End of the root's validity, RFC 3339; an intermediate that outlives it is refused. */
  rootNotAfter: pulumi.Input<string>;
  /**
   * Key algorithm: `ECDSA-P256`, `ECDSA-P384` or `RSA-4096`.
   * @default "ECDSA-P256"
   */
  algorithm?: string;
  /**
   * Lifetime in days.
   * @default 730
   */
  validityDays?: pulumi.Input<number>;
  /**
   * Subject organisation.
   * @default "Istio"
   */
  organization?: pulumi.Input<string>;
  /**
   * Any text; another one replaces key, request and certificate.
   * @default - the key is kept
   */
  epoch?: string;
}

/**
 * The CA with which one cluster's istiod signs workload certificates.
 *
 * @see https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
 */
export class IntermediateCA extends pulumi.ComponentResource {
  /** The intermediate's certificate, PEM. */
  public readonly certificate: pulumi.Output<string>;
  /** The intermediate's private key, PEM; secret. */
  public readonly privateKey: pulumi.Output<string>;
  /** The intermediate's certificate, then the root's, PEM. */
  public readonly certificateChain: pulumi.Output<string>;
  /** End of validity, RFC 3339. */
  public readonly notAfter: pulumi.Output<string>;

  public constructor(name: string, args: IntermediateCAArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("IntermediateCA"), name, {}, opts);
    const child = { parent: this };
    const key = new tls.PrivateKey(
      `${name}-key`,
      keyArguments(args.algorithm ?? CA_DEFAULTS.intermediateAlgorithm),
      // Request and certificate are made of the key, so they are replaced with it.
      args.epoch === undefined ? child : { ...child, replacementTrigger: args.epoch },
    );
    const certificate = signedByRoot(name, args, certificateRequest(name, args, key, child), child);
    this.certificate = certificate.certPem;
    this.privateKey = pulumi.secret(key.privateKeyPem);
    this.notAfter = withinRoot(args, certificate.validityEndTime);
    // Joined after the check, so that no cluster ever gets a chain that outlives its root.
    this.certificateChain = pulumi
      .all([certificate.certPem, args.rootCertificate, this.notAfter])
      .apply(([own, root]) => own + root);
    this.registerOutputs({ certificate: this.certificate, notAfter: this.notAfter });
  }
}

function signedByRoot(
  name: string,
  args: IntermediateCAArgs,
  request: tls.CertRequest,
  opts: pulumi.CustomResourceOptions,
): tls.LocallySignedCert {
  return new tls.LocallySignedCert(
    `${name}-certificate`,
    {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: args.rootPrivateKey,
      caCertPem: args.rootCertificate,
      isCaCertificate: true,
      setSubjectKeyId: true,
      validityPeriodHours: pulumi
        .output(args.validityDays ?? CA_DEFAULTS.intermediateValidityDays)
        .apply((days) => days * HOURS_PER_DAY),
      allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
    },
    { ...opts, hooks: { beforeCreate: refusalToOutlive(name, args) } },
  );
}

/** The end of a certificate is unknown in the preview of its creation, which has to refuse it already. */
function refusalToOutlive(name: string, args: IntermediateCAArgs): pulumi.ResourceHook[] {
  let rootEnd: string | undefined;
  pulumi.output(args.rootNotAfter).apply((end) => {
    rootEnd = end;
  });
  return hook(`${name}-within-root`, ({ newInputs }) => {
    const hours = Number(newInputs?.["validityPeriodHours"]);
    // In a preview it may be unknown.
    if (!Number.isFinite(hours)) return;
    const end = new Date(Date.now() + hours * MS_PER_HOUR).toISOString();
    if (rootEnd !== undefined) refuseToOutlive(args.clusterName, end, rootEnd);
  });
}

const MS_PER_HOUR = 60 * 60 * 1000;
const MS_PER_DAY = HOURS_PER_DAY * MS_PER_HOUR;

/** @throws Error where an intermediate's end comes after its root's */
export function refuseToOutlive(clusterName: string, own: string, root: string): void {
  if (Date.parse(own) <= Date.parse(root)) return;
  const days = Math.floor((Date.parse(root) - Date.now()) / MS_PER_DAY);
  throw new Error(
    `the intermediate CA of ${clusterName} would be valid until ${own}, after its root (${root}); ` +
      `set intermediateValidityDays of ${clusterName} to at most ${days}, or replace the root as docs/rotation.md says`,
  );
}

/** Also catches what a plan cannot: a cluster that joins when little of the root's life is left. */
function withinRoot(args: IntermediateCAArgs, notAfter: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.all([notAfter, args.rootNotAfter]).apply(([own, root]) => {
    refuseToOutlive(args.clusterName, own, root);
    return own;
  });
}
