import * as pulumi from "@pulumi/pulumi";

/** Type token of a component of this package. */
export function componentType(className: string): string {
  return `istio-multicluster:index:${className}`;
}

/** The components as which a cluster can have a part in a mesh. */
const CLUSTER_ROLES = ["ClusterPrimary", "ClusterRemote", "ExistingCluster", "ExternalControlPlane"];

/** Options under which a cluster keeps its resources when it becomes another kind of member, as a primary that becomes a remote. */
export function asClusterMember(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
  return pulumi.mergeOptions(opts, {
    aliases: CLUSTER_ROLES.map((className) => ({ type: componentType(className) })),
  });
}
