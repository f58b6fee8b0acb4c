import * as pulumi from "@pulumi/pulumi";
import { signingClusters } from "../../components/spec/adopt/adopted";
import { CA_SOURCES, sourceOf } from "../../components/spec/ca/sources";
import { formatRecord, parseRecord } from "../../components/spec/spire/phases";
import { adoptsSpireNamespace } from "../../components/spec/spire/plan";
import type { ClusterPlan, MeshPlan, SpirePlan } from "../../components/spec/types";
import type { ClusterAccess } from "./access";
import { firstGiven } from "./first-given";
import { identityGate } from "./identity/gate";
import { type Placed, placed, placedOf, type Scope } from "./scope";

/** A setting that cannot change while what was deployed with it exists. */
interface Setting {
  /** Where it is in the spec. */
  readonly path: string;
  readonly value: string;
  /** Why it cannot change, and what to do instead. */
  readonly reason: string;
}

/**
 * The access to clusters, which is given only if nothing changes that cannot: so a preview ends before anything of the
 * clusters concerned is touched.
 */
export function checkedAccess(
  plan: MeshPlan,
  access: ReadonlyMap<string, ClusterAccess>,
  scope: Scope,
): ReadonlyMap<string, ClusterAccess> {
  const mesh = checkedMesh(plan, access, scope);
  // What another stack has recorded of a cluster, that one watches over.
  const watched = plan.clusters.filter(({ name }) => access.has(name) && !access.get(name)?.identifier);
  const clusters = new Map(watched.map((cluster) => [cluster.name, checkedCluster(cluster, plan, scope)]));
  return new Map(
    [...access].map(([name, own]) => {
      const checked = pulumi.all([own.kubeconfig, mesh, clusters.get(name)]);
      return [name, { ...own, kubeconfig: checked.apply(([kubeconfig]) => kubeconfig) }];
    }),
  );
}

function checkedMesh(
  plan: MeshPlan,
  access: ReadonlyMap<string, ClusterAccess>,
  scope: Scope,
): pulumi.Output<unknown> {
  const { trustDomain, ca, clusters, identity, spire } = plan;
  const { name, opts } = placed(scope, "unchangeable");
  // Who issues identities can change after all, in phases.
  const hooks = { beforeUpdate: identityGate(name, plan, access) };
  const record = firstGiven({ name, opts: { ...opts, hooks } }, formatRecord(trustDomain, identity));
  const domain = record.apply((given) =>
    refuseChange(parseRecord(given).trustDomain, {
      path: "trustDomain",
      value: trustDomain,
      reason:
        "every certificate of the running mesh names it, and proxies with the old one and the new one would refuse each other; " +
        "keep it, or destroy the mesh and build it anew",
    }),
  );
  const owner = spire && checkedSpire(spire, scope);
  // Where nothing has been signed yet, everything can still be chosen.
  if (signingClusters(clusters).length === 0) return pulumi.all([domain, owner]);
  const signer = unchanged(placed(scope, "unchangeable-signer"), {
    path: "what signs the clusters' CAs",
    value: CA_SOURCES[sourceOf(ca)].signer(ca),
    reason:
      "the CAs would get another root, and the Secrets that istiods read another owner, under the running mesh; " +
      "keep it, or destroy the mesh and build it anew",
  });
  return pulumi.all([domain, owner, signer]);
}

/** Whose SPIRE is, and its namespace: what is no longer the program's it deletes, and what has become so with the mesh. */
function checkedSpire(spire: SpirePlan, scope: Scope): pulumi.Output<unknown> {
  const here = adoptsSpireNamespace(spire)
    ? "here, in a namespace that others made"
    : "here, in its own namespace";
  return unchanged(placed(scope, "unchangeable-spire"), {
    path: "where SPIRE is from (identity.spire.existing, and a Secret or an Issuer as identity.spire.upstream)",
    value: spire.existing === undefined ? here : "others",
    reason:
      "what was made here would be deleted under the running mesh, the namespace with all that is in it, or what others " +
      "made be taken over; keep it, or destroy the mesh and build it anew",
  });
}

/** What stands in a cluster's record between what it adopts and a trust domain that is not the mesh's. */
const OF_DOMAIN = "; trust domain ";

function checkedCluster(cluster: ClusterPlan, mesh: MeshPlan, scope: Scope): pulumi.Output<unknown> {
  const { name, adopt, trustDomain } = cluster;
  const own = trustDomain === mesh.trustDomain ? "" : `${OF_DOMAIN}${trustDomain}`;
  const adopted = adopt.join(", ") || "nothing";
  // A dot cannot be part of a cluster name, so that no other resource has this one.
  return firstGiven(placedOf(scope, cluster, ".unchangeable"), `${adopted}${own}`).apply((record) => {
    const [deployed = "", domain = mesh.trustDomain] = record.split(OF_DOMAIN);
    refuseChange(deployed, {
      path: `adopt of cluster ${name}`,
      value: adopted,
      reason:
        "what was made here would be deleted under the running mesh, or what others made be taken over; keep it, " +
        AGAIN,
    });
    refuseChange(domain, {
      path: `trustDomain of cluster ${name}`,
      value: trustDomain,
      reason:
        "every certificate of its running workloads names it, and proxies with the old one and the new one would refuse " +
        `each other; keep it, ${AGAIN}`,
    });
  });
}

const AGAIN = "or remove the cluster from the mesh in one update and add it in the next";

function unchanged(place: Placed, setting: Setting): pulumi.Output<unknown> {
  return firstGiven(place, setting.value).apply((deployed) => refuseChange(deployed, setting));
}

function refuseChange(deployed: string, { path, value, reason }: Setting): void {
  if (deployed === value) return;
  throw new pulumi.RunError(`${path} cannot change from ${deployed} to ${value}: ${reason}`);
}
