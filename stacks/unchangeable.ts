import * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan, MeshPlan } from "../components/topology/types";

/** A setting that cannot change while what was deployed with it exists. */
interface Setting {
  /** Where it is in the spec. */
  readonly path: string;
  readonly value: string;
  /** Why it cannot change, and what to do instead. */
  readonly reason: string;
}

/** Fails if a setting of the deployed mesh changes that cannot; whatever is touched in any cluster has to wait for it. */
export function checkedMesh({ trustDomain }: MeshPlan): pulumi.Output<unknown> {
  return unchanged("unchangeable", {
    path: "trustDomain",
    value: trustDomain,
    reason:
      "every certificate of the running mesh names it, and proxies with the old one and the new one would refuse each other; " +
      "keep it, or destroy the mesh and build it anew",
  });
}

/** Fails if a setting of the deployed cluster changes that cannot; whatever is touched in the cluster has to wait for it. */
export function checkedCluster({ name, adopt }: ClusterPlan): pulumi.Output<unknown> {
  // A dot cannot be part of a cluster name, so that no other resource has this one.
  return unchanged(`${name}.unchangeable`, {
    path: `adopt of cluster ${name}`,
    value: adopt.join(", ") || "nothing",
    reason:
      "what was made here would be deleted under the running mesh, or what others made be taken over; keep it, " +
      "or remove the cluster from the mesh in one update and add it in the next",
  });
}

/** A stash keeps what it was first given, which previews know as well. */
function unchanged(name: string, setting: Setting): pulumi.Output<unknown> {
  const { output } = new pulumi.Stash(name, { input: setting.value });
  return output.apply((deployed: string) => {
    if (deployed === setting.value) return;
    const { path, value, reason } = setting;
    throw new pulumi.RunError(`${path} cannot change from ${deployed} to ${value}: ${reason}`);
  });
}
