import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { keyArguments } from "./internal/ca-keys";
import { certificateRequest } from "./internal/certificate-request";
import { componentType } from "./internal/component";
import { CA_DEFAULTS } from "./spec/ca/defaults";

/** Arguments of {@link CaSigningRequest}. */
export interface CaSigningRequestArgs {
  /** Cluster that is to sign with this CA; the locality in its subject. */
  clusterName: string;
  /**
   * Key algorithm: `ECDSA-P256`, `ECDSA-P384` or `RSA-4096`.
   * @default "ECDSA-P256"
   */
  algorithm?: string;
  /**
   * Subject organisation.
   * @default "Istio"
   */
  organization?: pulumi.Input<string>;
}

/**
 * The key of a cluster's signing CA, and the request that a PKI elsewhere turns into its certificate. Both stay as they were
 * made, whatever the arguments become; another key takes a component of another name.
 *
 * What signs it has to add what a request cannot ask for: `basicConstraints` with `CA:TRUE`, and the key usage
 * `keyCertSign`.
 *
 * @see https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
 */
export class CaSigningRequest extends pulumi.ComponentResource {
  /** The request, PKCS #10, PEM. */
  public readonly request: pulumi.Output<string>;
  /** The private key, PEM; secret. */
  public readonly privateKey: pulumi.Output<string>;

  public constructor(name: string, args: CaSigningRequestArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("CaSigningRequest"), name, {}, opts);
    const child = { parent: this };
    const algorithm = args.algorithm ?? CA_DEFAULTS.intermediateAlgorithm;
    // A certificate may have been issued for them already, so they stay as they are; other settings take a new request.
    const keptKey = { ...child, ignoreChanges: ["algorithm", "ecdsaCurve", "rsaBits"] };
    const keptRequest = { ...child, ignoreChanges: ["subject", "dnsNames"] };
    const key = new tls.PrivateKey(`${name}-key`, keyArguments(algorithm), keptKey);
    this.request = certificateRequest(name, args, key, keptRequest).certRequestPem;
    this.privateKey = pulumi.secret(key.privateKeyPem);
    this.registerOutputs({ request: this.request });
  }
}
