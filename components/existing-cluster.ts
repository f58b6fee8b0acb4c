import * as pulumi from "@pulumi/pulumi";
import { systemNamespace, uidOf } from "./internal/cluster-base";
import { asClusterMember, componentType } from "./internal/component";
import { readerToken } from "./internal/reader";
import type { ReaderPlan } from "./spec/types";

/** Arguments of {@link ExistingCluster}. */
export interface ExistingClusterArgs {
  /** Network of its pods, the one that its istiod was told. */
  network: string;
  /** The account through which other clusters read this one, as `planMesh` plans it. @default - none */
  reader?: ReaderPlan | undefined;
}

/**
 * A cluster whose control plane exists and is somebody else's: the network's label on its namespace, and the account
 * through which other clusters' control planes read it. Nothing of Istio is installed or deleted.
 *
 * @see https://istio.io/latest/docs/setup/install/multicluster/before-you-begin/
 */
export class ExistingCluster extends pulumi.ComponentResource {
  /** UID of istio-system, by which the cluster is told from another in its place. */
  public readonly namespaceUid: pulumi.Output<string>;
  /** Bearer token of the reader account, if there is one; secret. */
  public readonly readerToken: pulumi.Output<string> | undefined;

  public constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("ExistingCluster"), name, {}, asClusterMember(opts));
    const namespace = systemNamespace(
      name,
      { network: args.network, adoptNamespace: true },
      { parent: this },
    );
    this.namespaceUid = uidOf(namespace);
    this.readerToken =
      args.reader && readerToken(name, args.reader, { parent: this, dependsOn: [namespace] });
    this.registerOutputs({});
  }
}
