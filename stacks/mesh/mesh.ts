import type * as pulumi from "@pulumi/pulumi";
import type { MeshPlan } from "../../components/spec/types";
import { isMember, isPrimary } from "../../components/topology/links";
import type { ClusterAccess } from "./access";
import { deployApplications } from "./applications";
import { withControlPlane } from "./control-plane";
import { withIdentities } from "./identity";
import { spireRoots } from "./identity/upstream";
import { deployedMesh, type Mesh } from "./deployed";
import { deployExports, deployImports, type ExporterAddresses } from "./imports";
import { deployIngress } from "./ingress";
import { linkMembers } from "./links";
import type { Member } from "./member";
import { remoteMember } from "./members";
import { gatewayAddresses, outputsOf } from "./outputs";
import { peerOf } from "./peer";
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
): Mesh {
  const scope = scopeOf(name, opts);
  const reached = sitesOf(plan, checkedAccess(plan, access, scope), scope);
  const spire = spireRoots(plan, scope);
  const trust = trustOf(plan, reached, scope, caKeys, {
    alsoTrusted: plan.spire?.migration ? [...spire.values()].map(({ certificate }) => certificate) : [],
  });
  const sites = withIdentities(plan, reached, spire, trust.root);
  const primaries = deployPrimaries(plan, sites, trust);
  trust.recordPhase?.([...primaries.values()].flatMap(({ istiod }) => istiod.rootPhase ?? []));
  const remotes = deployRemotes(plan, sites, primaries);
  const members = new Map([...primaries, ...remotes]);
  linkMembers(plan, {
    observer: (name) => named(members, name),
    observed: (name, gateway) => peerOf(named(members, name), gateway),
    gateways: gatewayAddresses(members),
  });
  const applications = deployApplications(plan, members);
  const exports = deployExports(plan, members, applications);
  deployImports(plan, members, applications, exports, exporterAddresses);
  return deployedMesh(outputsOf(plan, trust, members, deployIngress(members)), members);
}

/** The clusters with a control plane of their own, by name. */
function deployPrimaries(
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  trust: Trust,
): ReadonlyMap<string, Member> {
  const primaries = plan.clusters.filter(isMember).filter(isPrimary);
  return new Map(
    primaries.map(({ name }) => [
      name,
      withControlPlane(named(sites, name), plan, sites, trust.clusters.get(name)),
    ]),
  );
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
