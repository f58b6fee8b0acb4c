import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE } from "../names";

/** Secret for the certificate of an istiod's public name, unless another one is named. */
export const PUBLIC_CERTIFICATE_SECRET = "istiod-public-certificate";

/** A certificate for that name. */
interface PublicCertificate {
  readonly certificateSecret?: string;
  /** With the intermediates above it, PEM. */
  readonly certificate?: string;
  /** PEM. */
  readonly privateKey?: pulumi.Input<string>;
}

/** The Secret, if there is something to put into it; else it is expected to be there. */
export function publicCertificate(
  name: string,
  { certificateSecret, certificate, privateKey }: PublicCertificate,
  opts: pulumi.CustomResourceOptions,
): Secret[] {
  if (certificate === undefined || privateKey === undefined) return [];
  return [
    new Secret(
      `${name}-certificate`,
      {
        metadata: { name: certificateSecret ?? PUBLIC_CERTIFICATE_SECRET, namespace: ISTIO_NAMESPACE },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": certificate, "tls.key": pulumi.secret(privateKey) },
      },
      opts,
    ),
  ];
}
