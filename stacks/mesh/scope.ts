import * as pulumi from "@pulumi/pulumi";
import { componentType } from "../../components/internal/component";
import type { ClusterPlan } from "../../components/spec/types";

/** Where one mesh is in a program, which may have several. */
export interface Scope {
  /** Prefix of its resources' names. */
  readonly prefix: string;
  /** Under which its resources are, if not at the top. */
  readonly parent?: pulumi.Resource;
  /** Project and mesh where several stacks have the mesh, for its owner's mark. @default - project and stack */
  readonly state?: string;
}

/** The only mesh of a program, and the names that its resources have always had. */
const TOP: Scope = { prefix: "" };

/**
 * The scope of a mesh: one of its own if it has a name.
 *
 * @throws pulumi.RunError where options are given for the component that only a named mesh has
 */
export function scopeOf(name: string | undefined, opts?: pulumi.ComponentResourceOptions): Scope {
  if (name === undefined) {
    if (opts === undefined) return TOP;
    throw new pulumi.RunError(
      "deployMesh has options and no name: they are those of the component that only a named mesh is under; " +
        "give the mesh a name, or leave them out where it is deployed already",
    );
  }
  return { prefix: `${name}-`, parent: new MeshGroup(name, opts) };
}

/**
 * What the resources of a named mesh are under. Since it is part of their URNs, they are apart from those of the
 * program, such as a provider that has a cluster's name.
 */
class MeshGroup extends pulumi.ComponentResource {
  public constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Mesh"), name, {}, opts);
    this.registerOutputs({});
  }
}

/** Name and options of a resource. */
export interface Placed {
  readonly name: string;
  readonly opts: pulumi.ComponentResourceOptions;
}

/**
 * Places a resource of the mesh.
 *
 * @param former - names that it may have in the state
 */
export function placed({ prefix, parent }: Scope, name: string, former: readonly string[] = []): Placed {
  return {
    name: `${prefix}${name}`,
    opts: {
      ...(parent === undefined ? {} : { parent }),
      aliases: former.map((alias) => ({ name: `${prefix}${alias}` })),
    },
  };
}

/** Places a resource of one cluster: its name is the cluster's, with a suffix. */
export function placedOf(
  scope: Scope,
  { name, formerName }: Pick<ClusterPlan, "name" | "formerName">,
  suffix = "",
): Placed {
  const former = formerName === undefined ? [] : [`${formerName}${suffix}`];
  return placed(scope, `${name}${suffix}`, former);
}
