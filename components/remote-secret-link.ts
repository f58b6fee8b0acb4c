import * as k8s from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./internal/component";
import { encodedKubeconfig } from "./internal/token-kubeconfig";
import { ISTIO_NAMESPACE, remoteSecretName } from "./names";

/** Arguments of {@link RemoteSecretLink}. */
export interface RemoteSecretLinkArgs {
  /** Name of the observed cluster: the name under which its own istiod knows itself. */
  observed: string;
  /** API address of the observed cluster, as the observer's pods reach it. */
  server: pulumi.Input<string>;
  /** CA of that API, a PEM bundle in base64. */
  caData: pulumi.Input<string>;
  /**
   * Name that the API's certificate is checked for, where it is not the host of `server`.
   * @default - the host of `server`
   */
  tlsServerName?: pulumi.Input<string>;
  /** Bearer token of the observed cluster's reader account. */
  token: pulumi.Input<string>;
  /**
   * Address of the observed network's east-west gateway, which has to exist before the link: without one istiod
   * hands out pod addresses that another network cannot reach.
   * @default - none, for clusters of one network
   */
  gatewayAddress?: pulumi.Input<string>;
}

/**
 * Lets the istiod of the cluster under whose provider it runs discover another cluster's endpoints.
 * Writes what `istioctl create-remote-secret` writes.
 *
 * @see https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-create-remote-secret
 */
export class RemoteSecretLink extends pulumi.ComponentResource {
  /** Name of the Secret. */
  public readonly secretName: pulumi.Output<string>;

  public constructor(name: string, args: RemoteSecretLinkArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("RemoteSecretLink"), name, {}, opts);
    const secret = new k8s.Secret(
      `${name}-secret`,
      {
        metadata: {
          name: remoteSecretName(args.observed),
          namespace: ISTIO_NAMESPACE,
          labels: { "istio/multiCluster": "true" },
          annotations: { "networking.istio.io/cluster": args.observed },
        },
        data: { [args.observed]: kubeconfig(args) },
      },
      { parent: this },
    );
    this.secretName = secret.metadata.name;
    this.registerOutputs({ secretName: this.secretName });
  }
}

/** The kubeconfig, which is to be known only once the gateway's address is. */
function kubeconfig(args: RemoteSecretLinkArgs): pulumi.Output<string> {
  const { observed: cluster, gatewayAddress, ...access } = args;
  return pulumi
    .all([encodedKubeconfig({ cluster, ...access }), gatewayAddress])
    .apply(([encoded]) => encoded);
}
