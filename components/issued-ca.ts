import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./internal/component";
import { type CaIssuerArgs, certificateFor } from "./internal/issued-ca";
import { issuedSecret } from "./internal/issued-secret";
import { issuedSecretName } from "./names";

/** Arguments of {@link IssuedCA}. */
export interface IssuedCAArgs {
  /** Cluster that signs with this CA; the locality in its subject. */
  clusterName: string;
  /** Who signs it, in the cluster of the provider. */
  issuer: CaIssuerArgs;
  /** Existing namespace for the Certificate and its Secret, `<clusterName>-cacerts`. */
  namespace: string;
}

/**
 * The CA with which one cluster's istiod signs workload certificates, signed by a cert-manager issuer of another
 * cluster: that of the provider. cert-manager renews it there; the outputs are what it was at the last `up` or preview.
 * A cluster with an issuer of its own needs none, but `caIssuer` of its `ClusterPrimary`.
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 */
export class IssuedCA extends pulumi.ComponentResource {
  /** The CA's certificate, PEM. */
  public readonly certificate: pulumi.Output<string>;
  /** The CA's private key, PEM; secret. */
  public readonly privateKey: pulumi.Output<string>;
  /** The CA's certificate, those above it and the root's, PEM. */
  public readonly certificateChain: pulumi.Output<string>;
  /** The issuer's root certificate, PEM. */
  public readonly rootCertificate: pulumi.Output<string>;
  /** End of validity, RFC 3339. */
  public readonly notAfter: pulumi.Output<string>;

  public constructor(name: string, args: IssuedCAArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("IssuedCA"), name, {}, opts);
    const { clusterName, issuer, namespace } = args;
    const place = { clusterName, namespace, name: issuedSecretName(clusterName) };
    const certificate = certificateFor(name, issuer, place, { parent: this });
    const { chain, privateKey, root } = issuedSecret(`${name}-secret`, certificate, place, this);
    this.certificate = chain.apply(([own]) => own!);
    this.privateKey = privateKey;
    this.certificateChain = pulumi.all([chain, root]).apply(([below, top]) => [...below, top].join(""));
    this.rootCertificate = root;
    this.notAfter = this.certificate.apply((pem) => new X509Certificate(pem).validToDate.toISOString());
    this.registerOutputs({ notAfter: this.notAfter });
  }
}
