import { X509Certificate } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { ClusterPrimary, SampleApps, ServiceStubs } from "../../components";
import { adopts, signingClusters } from "../../components/spec/adopt/adopted";
import { isMember, isPrimary, linkText } from "../../components/topology/links";
import type { ClusterPlan, LinkPlan, MeshPlan } from "../../components/spec/types";
import type { ClusterAccess } from "./access";
import { existingMember } from "./existing";
import { configClusterMember } from "./external";
import { type IssuedTrust, issuedTrust } from "./trust/issuer";
import { linkTo } from "./links";
import { providedTrust } from "./trust/provided";
import type { CaKeys } from "./trust/keys";
import type { Member } from "./member";
import { primaryMember, remoteMember } from "./members";
import { clusterProvider } from "./providers";
import { type RequestedCa, signingRequests } from "./trust/requests";
import { type ClusterTrust, clusterTrust, type MeshTrust, meshTrust, rootExpiries } from "./trust/generated";
import { checkedAccess } from "./unchangeable";

/** A mesh as configured: what to build, and how to reach each cluster. */
export interface ConfiguredMesh {
  readonly plan: MeshPlan;
  readonly access: ReadonlyMap<string, ClusterAccess>;
  /** Private keys of provided CAs by cluster name, PEM; secret. */
  readonly caKeys?: CaKeys | undefined;
}

/** How long a certificate is valid. */
export interface Validity {
  readonly notAfter: pulumi.Output<string>;
}

/** What a stack tells of its mesh. */
export interface MeshOutputs {
  /** The mesh's root certificate that signs, PEM; none where every cluster has a CA already. */
  readonly rootCertificate: pulumi.Output<string> | undefined;
  /** SHA-256 of the root certificate. */
  readonly rootFingerprint: pulumi.Output<string> | undefined;
  /**
   * End of validity, RFC 3339, of each cluster's intermediate and of each root: by generation, or by its place in
   * `ca.provided.rootCertificate`.
   */
  readonly certificates: {
    readonly roots: Record<string, Validity>;
    readonly intermediates: Record<string, Validity>;
  };
  /** Load balancer address per cluster that has an east-west gateway. */
  readonly gatewayAddresses: Record<string, pulumi.Output<string>>;
  /** Load balancer address of the istiod of each cluster that has it in another cluster. */
  readonly externalControlPlaneAddresses: Record<string, pulumi.Output<string>>;
  /** What is to be signed for each cluster of `ca.provided.signingRequests`, PEM. */
  readonly signingRequests: Record<string, pulumi.Output<string>>;
  /** Who observes whom, each by a credential for the observed cluster's API. */
  readonly links: string[];
  /** How many such credentials there are. */
  readonly credentials: number;
}

/** Composes the components into the mesh of a plan. */
export function deployMesh({ plan, access: given, caKeys }: ConfiguredMesh): MeshOutputs {
  const access = checkedAccess(plan, given);
  const trust = meshTrust(plan);
  const requested = signingRequests(plan);
  const {
    trusts,
    root: issued,
    rootExpiries: ends = {},
  } = trustsOf({ plan, access, caKeys }, trust, requested);
  const members = new Map<string, Member>();
  for (const cluster of plan.clusters.filter(isMember).filter(isPrimary)) {
    members.set(cluster.name, withControlPlane(cluster, { plan, access }, trusts));
  }
  trust?.recordPhase([...members.values()].flatMap(({ istiod }) => istiod.rootPhase ?? []));
  for (const cluster of plan.clusters.filter((candidate) => !isPrimary(candidate))) {
    const controlPlanes = cluster.controlPlanes.map((name) => get(members, name));
    members.set(cluster.name, remoteMember(cluster, plan, controlPlanes, get(access, cluster.name)));
  }
  for (const link of plan.links.filter(({ serves }) => !serves)) connect(link, members);
  deployServices(plan, members);
  const root = trust?.signer.certificate ?? issued ?? servedRoot(members);
  return {
    rootCertificate: root,
    rootFingerprint: root?.apply((pem) => new X509Certificate(pem).fingerprint256),
    certificates: certificatesOf(trust ? rootExpiries(trust, plan) : ends, trusts),
    gatewayAddresses: gatewayAddresses(members),
    externalControlPlaneAddresses: externalAddresses(members),
    signingRequests: Object.fromEntries([...requested].map(([name, { request }]) => [name, request])),
    links: plan.links.map(linkText),
    credentials: plan.links.length,
  };
}

/** A cluster with a control plane of its own: made here, made by others, or outside of it. */
function withControlPlane(
  cluster: ClusterPlan,
  { plan, access }: ConfiguredMesh,
  trusts: ReadonlyMap<string, ClusterTrust>,
): Member {
  const { name, externalControlPlane: external } = cluster;
  if (adopts(cluster, "istiod")) return existingMember(cluster, get(access, name));
  const trust = trusts.get(name);
  if (external === undefined) return primaryMember(cluster, plan, trust, get(access, name));
  const clusters = new Map(plan.clusters.map((candidate) => [candidate.name, candidate]));
  const host = { plan: get(clusters, external.host), access: get(access, external.host) };
  return configClusterMember(cluster, external, host, plan, trust, get(access, name));
}

/** A cluster's signing CA, unless it has one or none of its own. */
function trustsOf(
  { plan, access, caKeys = new Map() }: ConfiguredMesh,
  trust: MeshTrust | undefined,
  requested: ReadonlyMap<string, RequestedCa>,
): IssuedTrust {
  const signing = signingClusters(plan.clusters);
  if (trust) return { trusts: new Map(signing.map((own) => [own.name, clusterTrust(own, plan, trust)])) };
  const { issuer, provided } = plan.ca;
  if (provided !== undefined) return providedTrust(plan, provided, signing, caKeys, requested);
  if (issuer === undefined) return { trusts: new Map() };
  const clusters = new Map(plan.clusters.map((cluster) => [cluster.name, cluster]));
  return issuedTrust(plan, issuer, signing, (name) =>
    clusterProvider(get(clusters, name), get(access, name)),
  );
}

/** The root, as the first istiod hands it out that has its CA from an issuer of its own cluster. */
function servedRoot(members: ReadonlyMap<string, Member>): pulumi.Output<string> | undefined {
  return [...members.values()]
    .map(({ cluster }) => (cluster instanceof ClusterPrimary ? cluster.servedRoot : undefined))
    .find((root) => root !== undefined);
}

function certificatesOf(
  roots: Readonly<Record<string, pulumi.Output<string>>>,
  trusts: ReadonlyMap<string, ClusterTrust>,
): MeshOutputs["certificates"] {
  return {
    roots: Object.fromEntries(Object.entries(roots).map(([root, notAfter]) => [root, { notAfter }])),
    intermediates: Object.fromEntries(
      [...trusts].flatMap(([name, { notAfter }]) => (notAfter ? [[name, { notAfter }]] : [])),
    ),
  };
}

function connect({ observer, observed, crossNetwork }: LinkPlan, members: ReadonlyMap<string, Member>): void {
  const to = get(members, observed);
  linkTo(to, get(members, observer), crossNetwork ? to.gateway : undefined);
}

function deployServices(plan: MeshPlan, members: ReadonlyMap<string, Member>): void {
  const made = new Map<string, SampleApps>();
  for (const { cluster, ...apps } of plan.sampleApps) {
    const { plan: own, provider, injection } = get(members, cluster);
    const args = { ...apps, network: own.network };
    const opts = { provider, dependsOn: injection };
    made.set(cluster, new SampleApps(`${cluster}-sample-apps`, args, opts));
  }
  for (const { cluster, ...stubs } of plan.serviceStubs) {
    const { provider, cluster: member } = get(members, cluster);
    const apps = made.get(cluster);
    // Both may make the namespace of a stub.
    const opts = { provider, dependsOn: apps === undefined ? [member] : [member, apps] };
    new ServiceStubs(`${cluster}-service-stubs`, stubs, opts);
  }
}

function gatewayAddresses(members: ReadonlyMap<string, Member>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    [...members].flatMap(([name, { gateway }]) => (gateway ? [[name, gateway.address]] : [])),
  );
}

function externalAddresses(members: ReadonlyMap<string, Member>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    [...members].flatMap(
      ([
        name,
        {
          plan,
          istiod: { entrance },
        },
      ]) => (plan.externalControlPlane && entrance ? [[name, entrance.address]] : []),
    ),
  );
}

function get<T>(clusters: ReadonlyMap<string, T>, name: string): T {
  const found = clusters.get(name);
  if (found === undefined) throw new Error(`${name} is not a cluster of the plan`);
  return found;
}
