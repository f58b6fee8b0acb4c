import * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan } from "../../components/spec/types";
import { placedOf, type Scope } from "./scope";

/**
 * By what the engine tells one cluster from another: with another identifier everything of a cluster is made anew, and
 * the old deleted. It is the name that the cluster had first, whatever it is called later.
 */
export function identifierOf(cluster: ClusterPlan, scope: Scope): pulumi.Output<string> {
  const { name, formerName } = cluster;
  const record = placedOf(scope, cluster, ".identifier");
  const input = `${scope.prefix}${formerName ?? name}`;
  // A stash keeps what it was first given, which previews know as well.
  const { output } = new pulumi.Stash(record.name, { input }, record.opts);
  return output.apply(String);
}
