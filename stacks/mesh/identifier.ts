import * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan } from "../../components/spec/types";
import { firstGiven } from "./first-given";
import { placedOf, type Scope } from "./scope";

/**
 * By what the engine tells one cluster from another: with another identifier everything of a cluster is made anew, and
 * the old deleted. It is the name that the cluster had first, whatever it is called later, and with it the identity if
 * that is not the first one.
 */
export function identifierOf(
  cluster: ClusterPlan,
  identity: pulumi.Output<string> | undefined,
  scope: Scope,
): pulumi.Output<string> {
  const { name, formerName } = cluster;
  const first = firstGiven(placedOf(scope, cluster, ".identifier"), `${scope.prefix}${formerName ?? name}`);
  if (identity === undefined) return first;
  const firstIdentity = firstGiven(placedOf(scope, cluster, ".identity"), identity);
  return pulumi
    .all([first, firstIdentity, identity])
    .apply(([own, before, now]) => (before === now ? own : `${own}${IDENTITY_MARK}${now}`));
}

/** What stands between name and identity, and is part of no name. */
export const IDENTITY_MARK = "@";
