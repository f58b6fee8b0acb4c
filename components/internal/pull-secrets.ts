import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE } from "../names";
import type { IstioArgs } from "./istio-args";

/** Secrets of Istio's namespace by which its images are pulled, in a namespace that is made only just before. */
export function pullSecrets(
  name: string,
  { imagePullCredentials = {} }: IstioArgs = {},
  opts: pulumi.CustomResourceOptions,
): Secret[] {
  return Object.entries(imagePullCredentials).map(
    ([secret, dockerConfig]) =>
      new Secret(
        `${name}-pull-secret:${secret}`,
        {
          metadata: { name: secret, namespace: ISTIO_NAMESPACE },
          type: "kubernetes.io/dockerconfigjson",
          stringData: { ".dockerconfigjson": pulumi.secret(dockerConfig) },
        },
        opts,
      ),
  );
}
