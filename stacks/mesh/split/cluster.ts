import type * as pulumi from "@pulumi/pulumi";
import type { MeshPlan } from "../../../components/spec/types";
import { clustersReadElsewhere, isPrimary, istiodOf } from "../../../components/topology/links";
import { deployApplications } from "../applications";
import { withControlPlane } from "../control-plane";
import { deployExports } from "../imports";
import { deployIngress } from "../ingress";
import { entranceAt, type Member, type Observer } from "../member";
import { remoteMember } from "../members";
import type { ConfiguredMesh } from "../mesh";
import { servedRoot } from "../outputs";
import { apiArgs } from "../peer";
import { named, type Site, sitesOf } from "../providers";
import type { Scope } from "../scope";
import { checkedAccess } from "../unchangeable";
import { clusterPart, plannedCluster, reachOf } from "./parts";
import type { ClusterTells, OtherStacks } from "./told";
import { trustFor } from "./trust";

/** What a cluster's stack tells. */
export type ClusterOutputs = { readonly [Tells in keyof ClusterTells]: pulumi.Output<string> } & {
  /** The root that its istiod hands out, PEM, where an issuer in each cluster signs. */
  readonly rootCertificate?: pulumi.Output<string>;
  /** Load balancer address of its ingress gateway, where it has one. */
  readonly ingressAddress?: pulumi.Output<string>;
};

/** The part of one cluster: everything that the cluster has, whoever its clients are. */
export function deployCluster(
  { plan: wholePlan, access }: ConfiguredMesh,
  name: string,
  scope: Scope,
  stacks: OtherStacks,
): ClusterOutputs {
  const plan = keepingFormerTokens(wholePlan);
  const known = withIdentifiers(access, reachOf(clusterPart(name), plan).others, plan, stacks);
  const sites = sitesOf(plan, checkedAccess(plan, known, scope), scope);
  const member = memberOf(named(sites, name), plan, sites, stacks);
  const members = new Map([[name, member]]);
  const own = ownPlan(name, plan);
  deployExports(own, members, deployApplications(own, members));
  const ingress = deployIngress(members).get(name);
  return { ...outputsOf(member, plan, sites, members), ...(ingress && { ingressAddress: ingress.address }) };
}

/** A plan in which no reader's token ends before the links, which are another stack's, have the one in its place. */
function keepingFormerTokens(plan: MeshPlan): MeshPlan {
  const isLinked = (name: string) => plan.links.some(({ observed, serves }) => observed === name && !serves);
  const clusters = plan.clusters.map((cluster) => {
    const { name, reader } = cluster;
    return reader && isLinked(name) ? { ...cluster, reader: { ...reader, keepsFormerToken: true } } : cluster;
  });
  return { ...plan, clusters };
}

function memberOf(site: Site, plan: MeshPlan, sites: ReadonlyMap<string, Site>, stacks: OtherStacks): Member {
  const { plan: cluster, scope } = site;
  if (isPrimary(cluster)) {
    return withControlPlane(site, plan, sites, trustFor(cluster.name, plan, sites, scope, stacks));
  }
  const serving = cluster.controlPlanes.map((controlPlane, index) =>
    // Only the first one's address is used.
    servingPrimary(controlPlane, plan, sites, index === 0 ? stacks : undefined),
  );
  return remoteMember(site, plan, serving);
}

/** A primary of another stack. */
function servingPrimary(
  name: string,
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  stacks: OtherStacks | undefined,
): Observer {
  const { scope, provider, transformations } = named(sites, istiodOf(plan, name));
  const own = plannedCluster(name, plan);
  const address = stacks?.cluster(name, "the address of the control plane", (tells) =>
    own.externalControlPlane === undefined ? tells.gatewayAddress : tells.externalControlPlaneAddress,
  );
  const entrance = address && entranceAt(own, address);
  return { scope, plan: own, istiod: { provider, transformations, entrance } };
}

/** Access to clusters of other stacks, as these know them. */
export function withIdentifiers(
  access: ConfiguredMesh["access"],
  others: readonly string[],
  plan: MeshPlan,
  stacks: OtherStacks,
): ConfiguredMesh["access"] {
  return new Map(
    [...access].map(([name, own]) => {
      if (!others.includes(name)) return [name, own];
      const { runsIstiodOf } = plannedCluster(name, plan);
      const identifier = stacks.cluster(runsIstiodOf ?? name, "the identifier", (tells) =>
        runsIstiodOf === undefined ? tells.identifier : tells.hostIdentifier,
      );
      return [name, { ...own, identifier }];
    }),
  );
}

/** A plan of which nothing is left that other clusters get. */
function ownPlan(name: string, plan: MeshPlan): MeshPlan {
  const ofCluster = ({ cluster }: { readonly cluster: string }) => cluster === name;
  return {
    ...plan,
    sampleApps: plan.sampleApps.filter(ofCluster),
    serviceStubs: plan.serviceStubs.filter(ofCluster),
    exports: plan.exports.filter(ofCluster),
  };
}

function outputsOf(
  { plan: own, access, identifier, cluster, gateway, istiod: { rootPhase, entrance } }: Member,
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  members: ReadonlyMap<string, Member>,
): ClusterOutputs {
  const { externalControlPlane: external } = own;
  const root = servedRoot(members);
  const isRead = clustersReadElsewhere(plan).has(own.name);
  return {
    identifier,
    ...(external && { hostIdentifier: named(sites, external.host).identifier }),
    ...(isRead && apiArgs(access)),
    ...(cluster.readerToken && { readerToken: cluster.readerToken }),
    ...(gateway && { gatewayAddress: gateway.address }),
    ...(external && entrance && { externalControlPlaneAddress: entrance.address }),
    ...(rootPhase && { rootPhase }),
    ...(root && { rootCertificate: root }),
  };
}
