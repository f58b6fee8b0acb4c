import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clusterProvider } from "../../components/cluster-provider";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import type { ClusterAccess } from "./access";
import { identifierOf } from "./identifier";
import { formatOwner, ownAccess, stateOf } from "./owner";
import { priorGuard } from "./prior/guard";
import { placedOf, type Scope } from "./scope";

/** A cluster with the way to it: whatever is made in it, for itself or for another one, has the same provider. */
export interface Site {
  readonly scope: Scope;
  readonly plan: ClusterPlan;
  readonly access: ClusterAccess;
  /** By what the engine tells it from others. */
  readonly identifier: pulumi.Output<string>;
  /** Whose it is, for its annotation. */
  readonly owner: pulumi.Output<string>;
  readonly provider: k8s.Provider;
  /** Options that hold back what somebody else made there already, of the components of Istio's namespace. */
  readonly transformations: pulumi.ResourceTransformation[];
  /** What has to be there before proxies start, where their certificates come from SPIRE, or are to. */
  readonly identities?: readonly pulumi.Resource[] | undefined;
  /** Whether they come from there already, or still. @default false */
  readonly usesWorkloadSocket?: boolean | undefined;
}

/** The clusters of a plan to which there is access, by name, each with its one provider. */
export function sitesOf(
  mesh: MeshPlan,
  access: ReadonlyMap<string, ClusterAccess>,
  scope: Scope,
): ReadonlyMap<string, Site> {
  const clusters = mesh.clusters.filter(({ name }) => access.has(name));
  const identifiers = new Map(
    clusters.map((cluster) => {
      const { identifier, identity } = named(access, cluster.name);
      return [cluster.name, identifier ?? identifierOf(cluster, identity, scope)];
    }),
  );
  const checked = ownAccess(mesh, access, identifiers, scope);
  return new Map(
    clusters.map((plan) => {
      const own = named(checked, plan.name);
      const identifier = named(identifiers, plan.name);
      const owner = identifier.apply((known) => formatOwner({ state: stateOf(scope), identifier: known }));
      const { name, opts } = placedOf(scope, plan);
      const { whenUnreachable } = plan;
      const args = { kubeconfig: own.kubeconfig, clusterIdentifier: identifier, whenUnreachable };
      const provider = clusterProvider(name, args, opts);
      const transformations = priorGuard(name, plan, mesh, own);
      return [plan.name, { scope, plan, access: own, identifier, owner, provider, transformations }];
    }),
  );
}

/** What there is of a cluster of the plan. @throws Error where there is nothing, which is a fault of this program */
export function named<T>(clusters: ReadonlyMap<string, T>, name: string): T {
  const found = clusters.get(name);
  if (found === undefined) throw new Error(`${name} is not a cluster of the plan`);
  return found;
}
