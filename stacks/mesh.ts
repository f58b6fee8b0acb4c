import type * as pulumi from "@pulumi/pulumi";
import { RootCA, SampleApps, ServiceStubs } from "../components";
import { adopts } from "../components/topology/adopt";
import { isMember, isPrimary, linkText } from "../components/topology/links";
import type { ClusterPlan, LinkPlan, MeshPlan } from "../components/topology/types";
import type { ClusterAccess } from "./cluster-access";
import { existingMember } from "./existing";
import { configClusterMember } from "./external";
import { linkTo } from "./links";
import { type Member, primaryMember, remoteMember } from "./members";
import { checkedAccess } from "./unchangeable";

/** A mesh as configured: what to build, and how to reach each cluster. */
export interface ConfiguredMesh {
  readonly plan: MeshPlan;
  readonly access: ReadonlyMap<string, ClusterAccess>;
}

/** What a stack tells of its mesh. */
export interface MeshOutputs {
  /** The mesh's root certificate, PEM; none where every cluster has a CA already. */
  readonly rootCertificate: pulumi.Output<string> | undefined;
  /** SHA-256 of the root certificate. */
  readonly rootFingerprint: pulumi.Output<string> | undefined;
  /** Load balancer address per cluster that has an east-west gateway. */
  readonly gatewayAddresses: Record<string, pulumi.Output<string>>;
  /** Load balancer address of the istiod of each cluster that has it in another cluster. */
  readonly externalControlPlaneAddresses: Record<string, pulumi.Output<string>>;
  /** Who observes whom, each by a credential for the observed cluster's API. */
  readonly links: string[];
  /** How many such credentials there are. */
  readonly credentials: number;
}

/** Composes the components into the mesh of a plan. */
export function deployMesh({ plan, access: given }: ConfiguredMesh): MeshOutputs {
  const access = checkedAccess(plan, given);
  const root = rootOf(plan);
  const members = new Map<string, Member>();
  for (const cluster of plan.clusters.filter(isMember).filter(isPrimary)) {
    members.set(cluster.name, withControlPlane(cluster, { plan, access }, root));
  }
  for (const cluster of plan.clusters.filter((candidate) => !isPrimary(candidate))) {
    const controlPlanes = cluster.controlPlanes.map((name) => get(members, name));
    members.set(cluster.name, remoteMember(cluster, plan, controlPlanes, get(access, cluster.name)));
  }
  for (const link of plan.links.filter(({ serves }) => !serves)) connect(link, members);
  deployServices(plan, members);
  return {
    rootCertificate: root?.certificate,
    rootFingerprint: root?.fingerprint,
    gatewayAddresses: gatewayAddresses(members),
    externalControlPlaneAddresses: externalAddresses(members),
    links: plan.links.map(linkText),
    credentials: plan.links.length,
  };
}

/** A cluster with a control plane of its own: made here, made by others, or outside of it. */
function withControlPlane(
  cluster: ClusterPlan,
  { plan, access }: ConfiguredMesh,
  root: RootCA | undefined,
): Member {
  const { name, externalControlPlane: external } = cluster;
  if (adopts(cluster, "istiod")) return existingMember(cluster, get(access, name));
  if (external === undefined) return primaryMember(cluster, plan, root, get(access, name));
  if (root === undefined) throw new Error(`${name} has no root for its istiod in ${external.host}`);
  const hosts = new Map(plan.clusters.map((candidate) => [candidate.name, candidate]));
  const host = { plan: get(hosts, external.host), access: get(access, external.host) };
  return configClusterMember(cluster, external, host, plan, root, get(access, name));
}

function rootOf({ ca, clusters }: MeshPlan): RootCA | undefined {
  const signing = clusters.filter(isMember).filter(isPrimary);
  if (signing.every((cluster) => adopts(cluster, "cacerts"))) return undefined;
  return new RootCA(
    "root-ca",
    { algorithm: ca.rootAlgorithm, validityDays: ca.rootValidityDays, organization: ca.organization },
    // A root that is lost by accident takes the whole mesh's trust with it.
    { protect: ca.protectRoot },
  );
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
