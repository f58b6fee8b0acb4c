import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { ISTIO_NAMESPACE, REMOTE_SECRET_LABEL, SUPERSEDED_ANNOTATION } from "../names";
import { type ApiAccess, encodedKubeconfig } from "./token-kubeconfig";

/** A cluster as a remote secret has it. */
export interface RemoteCluster extends ApiAccess {
  /** Address of its network's gateway, without which the credential is not to be known. @default - none */
  gatewayAddress?: pulumi.Input<string> | undefined;
}

/** A Secret from which istiod knows other clusters: each key is a cluster. */
export interface RemoteSecret {
  readonly secretName: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly clusters: readonly RemoteCluster[];
  /** Whether other Secrets have taken its place. */
  readonly superseded: boolean;
}

/**
 * Makes a remote secret.
 *
 * Of two Secrets with one cluster istiod takes the first and never looks at the other one again; where a key or a Secret
 * goes, it drops the cluster at once. But of a key that it has it keeps the last kubeconfig that was any good, and one
 * without any is passed over by an istiod that starts. So a Secret that others take the place of keeps its keys, empty.
 * @see https://github.com/istio/istio/blob/1.31.0/pkg/kube/multicluster/secretcontroller.go
 */
export function remoteSecret(
  name: string,
  { secretName, annotations, clusters, superseded }: RemoteSecret,
  opts: pulumi.CustomResourceOptions,
): Secret {
  const mark: Record<string, string> = superseded ? { [SUPERSEDED_ANNOTATION]: "true" } : {};
  const content = (cluster: RemoteCluster) => (superseded ? "" : kubeconfig(cluster));
  return new Secret(
    name,
    {
      metadata: {
        name: secretName,
        namespace: ISTIO_NAMESPACE,
        labels: { [REMOTE_SECRET_LABEL]: "true" },
        annotations: { ...annotations, ...mark },
      },
      data: Object.fromEntries(clusters.map((cluster) => [cluster.cluster, content(cluster)])),
    },
    opts,
  );
}

/** The kubeconfig, which is to be known only once the gateway's address is. */
function kubeconfig({ gatewayAddress, ...access }: RemoteCluster): pulumi.Output<string> {
  return pulumi.all([encodedKubeconfig(access), gatewayAddress]).apply(([encoded]) => encoded);
}
