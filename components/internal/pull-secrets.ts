import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE } from "../names";
import type { IstioArgs } from "./istio-args";

/** Secrets by which images are pulled, in a namespace that is made only just before: Istio's, unless another is given. */
export function pullSecrets(
  name: string,
  { imagePullCredentials = {} }: Pick<IstioArgs, "imagePullCredentials"> = {},
  opts: pulumi.CustomResourceOptions,
  namespace = ISTIO_NAMESPACE,
): Secret[] {
  return Object.entries(imagePullCredentials).map(
    ([secret, dockerConfig]) =>
      new Secret(
        `${name}-pull-secret:${secret}`,
        {
          metadata: { name: secret, namespace },
          type: "kubernetes.io/dockerconfigjson",
          stringData: { ".dockerconfigjson": pulumi.secret(dockerConfig) },
        },
        opts,
      ),
  );
}
