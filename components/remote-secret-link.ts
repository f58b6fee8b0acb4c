import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./internal/component";
import { remoteSecret } from "./internal/remote-secret";
import { remoteSecretName } from "./names";

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
  /**
   * Whether an `ObserverSecret` takes its place: the Secret then keeps its key without a kubeconfig, so that istiods that
   * have the cluster from here keep it until they end, and new ones take it from there.
   * @default false
   */
  superseded?: boolean;
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
    const { observed: cluster, superseded = false, ...access } = args;
    const secret = remoteSecret(
      `${name}-secret`,
      {
        secretName: remoteSecretName(cluster),
        annotations: { "networking.istio.io/cluster": cluster },
        clusters: [{ cluster, ...access }],
        superseded,
      },
      { parent: this },
    );
    this.secretName = secret.metadata.name;
    this.registerOutputs({});
  }
}
