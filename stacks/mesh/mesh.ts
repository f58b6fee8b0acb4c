import type * as pulumi from "@pulumi/pulumi";
import { adopts } from "../../components/spec/adopt/adopted";
import type { MeshPlan } from "../../components/spec/types";
import { isMember, isPrimary } from "../../components/topology/links";
import type { ClusterAccess } from "./access";
import { adoptedMember } from "./adopted";
import { deployApplications } from "./applications";
import { configClusterMember } from "./external";
import { deployExports, deployImports, type ExporterAddresses } from "./imports";
import { linkMembers } from "./links";
import type { Member } from "./member";
import { primaryMember, remoteMember } from "./members";
import { type MeshOutputs, outputsOf } from "./outputs";
import { named, type Site, sitesOf } from "./providers";
import { scopeOf } from "./scope";
import { type CaKeys, type Trust, trustOf } from "./trust";
import { checkedAccess } from "./unchangeable";

/** A mesh as configured: what to build, and how to reach each cluster. */
export interface ConfiguredMesh {
  readonly plan: MeshPlan;
  readonly access: ReadonlyMap<string, ClusterAccess>;
  /** Private keys of provided CAs by cluster name, PEM; secret. */
  readonly caKeys?: CaKeys | undefined;
  /** Addresses of the gateways of `exporters` whose stacks tell them. @default - there are none */
  readonly exporterAddresses?: ExporterAddresses | undefined;
}

/**
 * Composes the components into the mesh of a plan.
 *
 * @param name - name of the mesh in the program, which its resources' names then begin with. A program with several
 * meshes gives all but one of them a name, and one with a provider of its own that has a cluster's name gives the mesh
 * one. It stays as long as the mesh does: another one would make everything anew.
 * @param opts - options of the component that a named mesh is under
 */
export function deployMesh(
  { plan, access, caKeys, exporterAddresses = new Map() }: ConfiguredMesh,
  name?: string,
  opts?: pulumi.ComponentResourceOptions,
): MeshOutputs {
  const scope = scopeOf(name, opts);
  const sites = sitesOf(plan, checkedAccess(plan, access, scope), scope);
  const trust = trustOf(plan, sites, scope, caKeys);
  const primaries = deployPrimaries(plan, sites, trust);
  trust.recordPhase?.([...primaries.values()].flatMap(({ istiod }) => istiod.rootPhase ?? []));
  const remotes = deployRemotes(plan, sites, primaries);
  const members = new Map([...primaries, ...remotes]);
  linkMembers(plan, members);
  const applications = deployApplications(plan, members);
  const exports = deployExports(plan, members, applications);
  deployImports(plan, members, applications, exports, exporterAddresses);
  return outputsOf(plan, trust, members);
}

/** The clusters with a control plane of their own, by name. */
function deployPrimaries(
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  trust: Trust,
): ReadonlyMap<string, Member> {
  const primaries = plan.clusters.filter(isMember).filter(isPrimary);
  return new Map(
    primaries.map(({ name }) => [name, withControlPlane(named(sites, name), plan, sites, trust)]),
  );
}

/** A cluster whose control plane is made here, was made by others, or runs in another cluster. */
function withControlPlane(
  site: Site,
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  { clusters }: Trust,
): Member {
  const { name, externalControlPlane: external } = site.plan;
  if (adopts(site.plan, "istiod")) return adoptedMember(site);
  const trust = clusters.get(name);
  if (external === undefined) return primaryMember(site, plan, trust);
  return configClusterMember(site, external, named(sites, external.host), plan, trust);
}

/** The clusters that these serve, by name; each comes with the links by which it is served. */
function deployRemotes(
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  primaries: ReadonlyMap<string, Member>,
): ReadonlyMap<string, Member> {
  const remotes = plan.clusters.filter((cluster) => !isPrimary(cluster));
  return new Map(
    remotes.map(({ name, controlPlanes }) => {
      const serving = controlPlanes.map((controlPlane) => named(primaries, controlPlane));
      return [name, remoteMember(named(sites, name), plan, serving)];
    }),
  );
}
