import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./internal/component";
import { remoteSecret } from "./internal/remote-secret";
import { CLUSTERS_ANNOTATION, OBSERVER_SECRET } from "./names";

/** A cluster that an {@link ObserverSecret} lets istiod read. */
export interface ObservedClusterArgs {
  /** Name of the cluster: the name under which its own istiod knows itself. */
  name: string;
  /** API address of the cluster, as the observer's pods reach it. */
  server: pulumi.Input<string>;
  /** CA of that API, a PEM bundle in base64. */
  caData: pulumi.Input<string>;
  /**
   * Name that the API's certificate is checked for, where it is not the host of `server`.
   * @default - the host of `server`
   */
  tlsServerName?: pulumi.Input<string>;
  /** Bearer token of the cluster's reader account. */
  token: pulumi.Input<string>;
  /**
   * Address of the cluster's network's east-west gateway, which has to exist before istiod reads the cluster: without one
   * it hands out pod addresses that another network cannot reach.
   * @default - none, for a cluster of the observer's network
   */
  gatewayAddress?: pulumi.Input<string>;
}

/** Arguments of {@link ObserverSecret}. */
export interface ObserverSecretArgs {
  /** All clusters that istiod reads, but those that have a {@link RemoteSecretLink}. */
  observed: ObservedClusterArgs[];
  /**
   * Whether `RemoteSecretLink`s take its place: the Secret then keeps its keys without kubeconfigs, so that istiods that
   * have the clusters from here keep them until they end, and new ones take them from there.
   * @default false
   */
  superseded?: boolean;
}

/**
 * Lets the istiod of the cluster under whose provider it runs discover the endpoints of many clusters by one Secret, which
 * has a key for each: in place of a `RemoteSecretLink` each, for fewer objects and steps.
 *
 * All of its clusters wait for the last one's token and gateway at first. A cluster that changes its name is not read for
 * a moment: change it while it has a `RemoteSecretLink`.
 *
 * @see https://istio.io/latest/docs/setup/install/multicluster/multi-primary/#enable-endpoint-discovery
 */
export class ObserverSecret extends pulumi.ComponentResource {
  /** Name of the Secret. */
  public readonly secretName: pulumi.Output<string>;

  public constructor(name: string, args: ObserverSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("ObserverSecret"), name, {}, opts);
    const names = args.observed.map((cluster) => cluster.name);
    const secret = remoteSecret(
      `${name}-secret`,
      {
        secretName: OBSERVER_SECRET,
        annotations: { [CLUSTERS_ANNOTATION]: names.toSorted().join(",") },
        clusters: args.observed.map(({ name: cluster, ...access }) => ({ cluster, ...access })),
        superseded: args.superseded ?? false,
      },
      { parent: this },
    );
    this.secretName = secret.metadata.name;
    this.registerOutputs({});
  }
}
