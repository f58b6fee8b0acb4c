import * as pulumi from "@pulumi/pulumi";

/** Type token of a component of this package. */
export function componentType(className: string): string {
  return `istio-multicluster:index:${className}`;
}

/** The components as which a cluster can have a part in a mesh. */
const CLUSTER_ROLES = ["ClusterPrimary", "ClusterRemote", "ExistingCluster", "ExternalControlPlane"];

/** Options under which a cluster keeps its resources when it becomes another kind of member, as a primary that becomes a remote. */
export function asClusterMember(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
  const types = CLUSTER_ROLES.map((className) => ({ type: componentType(className) }));
  const renamed = formerNames(opts).flatMap((name) => types.map((type) => ({ name, ...type })));
  return pulumi.mergeOptions(opts, { aliases: [...types, ...renamed] });
}

/**
 * Aliases of a child that may have been another component's.
 *
 * @param className - class of that component, which had the same name or one that the options know as a former one
 * @param name - name of the component that has it now
 * @param child - what the child's name has after that of its component
 */
export function asChildOf(
  className: string,
  name: string,
  child: string,
  opts: pulumi.ComponentResourceOptions = {},
): pulumi.Alias[] {
  return [name, ...formerNames(opts)].map((own) => ({
    name: `${own}${child}`,
    parent: pulumi.createUrn(own, componentType(className), opts.parent),
  }));
}

/** Names that a component had before, as its aliases say. */
function formerNames({ aliases = [] }: pulumi.ComponentResourceOptions): string[] {
  return aliases.flatMap((alias) =>
    typeof alias === "object" && "name" in alias && typeof alias.name === "string" ? [alias.name] : [],
  );
}
