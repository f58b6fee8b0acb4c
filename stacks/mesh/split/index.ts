import * as pulumi from "@pulumi/pulumi";
import type { ConfiguredMesh } from "../mesh";
import type { Scope } from "../scope";
import { type ClusterOutputs, deployCluster } from "./cluster";
import { deployLinks, type LinksOutputs } from "./links";
import { clusterIn, type Part } from "./parts";
import type { OtherStacks } from "./told";
import { deployTrust, type TrustOutputs } from "./trust";

/** A part of a mesh as configured. */
export interface ConfiguredPart extends ConfiguredMesh {
  readonly part: Part;
  /** The stacks that have the other parts. */
  readonly stacks: OtherStacks;
}

/**
 * Composes what one stack of several has of a mesh. All of them together make what `deployMesh` makes, under the same
 * names: an object in a cluster does not tell which stacks there are.
 */
export function deployPart({
  part,
  stacks,
  ...mesh
}: ConfiguredPart): TrustOutputs | ClusterOutputs | LinksOutputs {
  const scope: Scope = { prefix: "", state: `${pulumi.getProject()}/${stacks.mesh}` };
  const cluster = clusterIn(part);
  if (cluster !== undefined) return deployCluster(mesh, cluster, scope, stacks);
  return part === "trust" ? deployTrust(mesh, scope, stacks) : deployLinks(mesh, scope, stacks);
}
