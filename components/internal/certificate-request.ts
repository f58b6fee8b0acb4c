import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { ISTIO_NAMESPACE } from "../names";
import { CA_DEFAULTS } from "../spec/ca/defaults";

/** Whose request it is. */
export interface CaSubject {
  /** Cluster that signs with this CA; the locality in its subject. */
  readonly clusterName: string;
  readonly organization?: pulumi.Input<string> | undefined;
}

/** The request for the certificate of the CA with which one cluster's istiod signs. */
export function certificateRequest(
  name: string,
  { clusterName, organization }: CaSubject,
  key: tls.PrivateKey,
  opts: pulumi.CustomResourceOptions,
): tls.CertRequest {
  return new tls.CertRequest(
    `${name}-request`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: {
        commonName: "Intermediate CA",
        organization: organization ?? CA_DEFAULTS.organization,
        locality: clusterName,
      },
      dnsNames: [`istiod.${ISTIO_NAMESPACE}.svc`],
    },
    opts,
  );
}
