import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE } from "../names";

/**
 * A bearer token that does not expire, for a service account of Istio's namespace that exists already.
 *
 * @returns the token; secret
 */
export function accountToken(
  name: string,
  account: pulumi.Input<string>,
  secretName: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const token = new Secret(
    name,
    {
      metadata: {
        name: secretName,
        namespace: ISTIO_NAMESPACE,
        annotations: {
          "kubernetes.io/service-account.name": account,
          // The provider's own wait for a token ends after five seconds, too early for a busy controller manager.
          "pulumi.com/waitFor": "jsonpath={.data.token}",
        },
      },
      type: "kubernetes.io/service-account-token",
    },
    opts,
  );
  return pulumi.secret(token.data.apply((data) => Buffer.from(data?.["token"] ?? "", "base64").toString()));
}
