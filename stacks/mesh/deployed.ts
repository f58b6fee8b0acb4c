import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Member } from "./member";
import type { MeshOutputs } from "./outputs";

/** A mesh as its program has it: what a stack tells of it, and its clusters. */
export interface Mesh extends MeshOutputs {
  /**
   * A cluster of the mesh, for what else the program makes there.
   * @throws pulumi.RunError where the mesh has none of that name
   */
  readonly cluster: (name: string) => MeshCluster;
}

/** What a program needs to make something in a cluster. */
export interface MeshCluster {
  /** The cluster's provider. */
  readonly provider: k8s.Provider;
  /** What has to be there before pods get sidecars: `dependsOn` of whatever has pods, or namespaces for them. */
  readonly injection: pulumi.Resource[];
}

/** Gives the outputs of a mesh its clusters. */
export function deployedMesh(outputs: MeshOutputs, members: ReadonlyMap<string, Member>): Mesh {
  const cluster = (name: string): MeshCluster => {
    const member = members.get(name);
    if (member === undefined) {
      throw new pulumi.RunError(`the mesh has no cluster ${name}; it has ${[...members.keys()].join(", ")}`);
    }
    const { provider, injection } = member;
    return { provider, injection: [...injection] };
  };
  // Not enumerable, so that a program that exports the mesh tells its outputs alone.
  return Object.defineProperty(outputs, "cluster", { value: cluster }) as Mesh;
}
