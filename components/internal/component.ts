import * as pulumi from "@pulumi/pulumi";

/** Type token of a component of this package. */
export function componentType(className: string): string {
  return `istio-multicluster:index:${className}`;
}

/** The components as which a cluster can be part of a mesh. */
const CLUSTER_MEMBERS = ["ClusterPrimary", "ClusterRemote", "ExistingCluster"];

/** Options under which a cluster keeps its resources when it becomes another kind of member, as a primary that becomes a remote. */
export function asClusterMember(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
  return pulumi.mergeOptions(opts, {
    aliases: CLUSTER_MEMBERS.map((className) => ({ type: componentType(className) })),
  });
}
