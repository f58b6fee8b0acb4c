import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  ClusterPrimary,
  EastWestGateway,
  IntermediateCA,
  type IstioArgs,
  RemoteSecretLink,
  RootCA,
  SampleApps,
} from "../components";
import { linkName } from "../components/internal/names";
import type { ClusterPlan, LinkPlan, MeshPlan } from "../components/topology/types";
import type { ClusterAccess } from "./access";
import type { ConfiguredMesh } from "./config";
import { clusterProvider } from "./providers";

/** What a stack tells of its mesh. */
export interface MeshOutputs {
  /** The shared root certificate, PEM. */
  readonly rootCertificate: pulumi.Output<string>;
  /** SHA-256 of the root certificate. */
  readonly rootFingerprint: pulumi.Output<string>;
  /** Load balancer address per cluster that has an east-west gateway. */
  readonly gatewayAddresses: Record<string, pulumi.Output<string>>;
  /** Who observes whom. */
  readonly links: string[];
}

/** What of one cluster the links and sample applications need. */
interface Member {
  readonly plan: ClusterPlan;
  readonly access: ClusterAccess;
  readonly provider: k8s.Provider;
  readonly primary: ClusterPrimary;
  readonly gateway?: EastWestGateway | undefined;
}

/** Composes the components into the mesh of a plan. */
export function deployMesh({ plan, access }: ConfiguredMesh): MeshOutputs {
  const root = rootOf(plan);
  const members = new Map(
    plan.clusters.map((cluster) => [cluster.name, member(cluster, plan, root, accessTo(cluster, access))]),
  );
  for (const link of plan.links) connect(link, members);
  for (const { cluster, ...apps } of plan.sampleApps) {
    const { provider, primary } = memberOf(cluster, members);
    new SampleApps(`${cluster}-sample-apps`, apps, { provider, dependsOn: [primary] });
  }
  return {
    rootCertificate: root.certificate,
    rootFingerprint: root.fingerprint,
    gatewayAddresses: gatewayAddresses(members),
    links: plan.links.map(({ observer, observed }) => `${observer} -> ${observed}`),
  };
}

function rootOf({ ca }: MeshPlan): RootCA {
  return new RootCA(
    "root-ca",
    { algorithm: ca.rootAlgorithm, validityDays: ca.rootValidityDays, organization: ca.organization },
    // A root that is lost by accident takes the whole mesh's trust with it.
    { protect: ca.protectRoot },
  );
}

function member(cluster: ClusterPlan, plan: MeshPlan, root: RootCA, access: ClusterAccess): Member {
  const provider = clusterProvider(cluster, access);
  const primary = primaryOf(cluster, plan, root, provider);
  const gateway =
    cluster.gateway &&
    new EastWestGateway(
      `${cluster.name}-gateway`,
      { network: cluster.network, istio: istioArgs(plan), ...cluster.gateway },
      { provider, dependsOn: [primary] },
    );
  return { plan: cluster, access, provider, primary, gateway };
}

function primaryOf(
  cluster: ClusterPlan,
  plan: MeshPlan,
  root: RootCA,
  provider: k8s.Provider,
): ClusterPrimary {
  const ca = new IntermediateCA(`${cluster.name}-ca`, {
    clusterName: cluster.name,
    rootCertificate: root.certificate,
    rootPrivateKey: root.privateKey,
    rootNotAfter: root.notAfter,
    algorithm: plan.ca.intermediateAlgorithm,
    validityDays: plan.ca.intermediateValidityDays,
    organization: plan.ca.organization,
  });
  return new ClusterPrimary(
    cluster.name,
    {
      clusterName: cluster.name,
      network: cluster.network,
      meshId: plan.meshId,
      trustDomain: plan.trustDomain,
      mtls: plan.mtls,
      caCertificate: ca.certificate,
      caPrivateKey: ca.privateKey,
      certificateChain: ca.certificateChain,
      rootCertificate: root.certificate,
      istio: istioArgs(plan),
      base: cluster.base,
      istiod: cluster.istiod,
    },
    { provider },
  );
}

function istioArgs({ istio }: MeshPlan): IstioArgs {
  const { charts, imagePullSecrets, ...rest } = istio;
  return { ...rest, ...charts, imagePullSecrets: [...imagePullSecrets] };
}

function connect({ observer, observed, crossNetwork }: LinkPlan, members: ReadonlyMap<string, Member>): void {
  const from = memberOf(observer, members);
  const to = memberOf(observed, members);
  const endpoint = to.access.endpoint();
  new RemoteSecretLink(
    linkName(observer, observed),
    {
      observed,
      server: endpoint.server,
      caData: endpoint.caData,
      token: to.primary.readerToken,
      ...(crossNetwork && to.gateway ? { gatewayAddress: to.gateway.address } : {}),
    },
    { provider: from.provider, dependsOn: [from.primary] },
  );
}

function gatewayAddresses(members: ReadonlyMap<string, Member>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    [...members.values()].flatMap(({ plan, gateway }) => (gateway ? [[plan.name, gateway.address]] : [])),
  );
}

function memberOf(name: string, members: ReadonlyMap<string, Member>): Member {
  const found = members.get(name);
  if (found === undefined) throw new Error(`${name} is not a cluster of the plan`);
  return found;
}

function accessTo(cluster: ClusterPlan, access: ReadonlyMap<string, ClusterAccess>): ClusterAccess {
  const found = access.get(cluster.name);
  if (found === undefined) throw new Error(`there is no access to cluster ${cluster.name}`);
  return found;
}
