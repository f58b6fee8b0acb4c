import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  ClusterPrimary,
  ClusterRemote,
  EastWestGateway,
  IntermediateCA,
  type IstioArgs,
  RemoteSecretLink,
  type RootCA,
} from "../components";
import { linkName } from "../components/internal/names";
import type { ClusterPlan, MeshPlan } from "../components/topology/types";
import type { ClusterAccess } from "./cluster-access";
import { clusterProvider } from "./providers";

/** One cluster of the mesh as it is being built. */
export interface Member {
  readonly plan: ClusterPlan;
  readonly access: ClusterAccess;
  readonly provider: k8s.Provider;
  readonly cluster: ClusterPrimary | ClusterRemote;
  readonly gateway?: EastWestGateway | undefined;
  /** What has to be there before pods get their proxies. */
  readonly injection: pulumi.Resource[];
}

/** A cluster with its own istiod, and its gateway. */
export function primaryMember(
  cluster: ClusterPlan,
  plan: MeshPlan,
  root: RootCA,
  access: ClusterAccess,
): Member {
  const provider = clusterProvider(cluster, access);
  const primary = primaryOf(cluster, plan, root, provider);
  const injection = [primary];
  return {
    plan: cluster,
    access,
    provider,
    cluster: primary,
    injection,
    gateway: gatewayOf(cluster, provider, injection),
  };
}

/** A cluster that others serve, the links by which they do, and its gateway, which gets its proxy through these. */
export function remoteMember(
  cluster: ClusterPlan,
  plan: MeshPlan,
  controlPlanes: readonly Member[],
  access: ClusterAccess,
): Member {
  const provider = clusterProvider(cluster, access);
  const remote = remoteOf(cluster, plan, controlPlanes, provider);
  const member = { plan: cluster, access, provider, cluster: remote };
  const links = controlPlanes.map((observer) => linkTo({ ...member, injection: [] }, observer));
  const injection = [remote, ...links];
  return { ...member, injection, gateway: gatewayOf(cluster, provider, injection) };
}

/**
 * Lets one cluster's istiod read another cluster.
 *
 * @param through - the observed network's gateway, where traffic takes it and it can be there before the link
 */
export function linkTo(observed: Member, observer: Member, through?: EastWestGateway): RemoteSecretLink {
  const endpoint = observed.access.endpoint();
  return new RemoteSecretLink(
    linkName(observer.plan.name, observed.plan.name),
    {
      observed: observed.plan.name,
      server: endpoint.server,
      caData: endpoint.caData,
      tlsServerName: endpoint.apply(({ tlsServerName }) => tlsServerName ?? ""),
      token: observed.cluster.readerToken,
      ...(through ? { gatewayAddress: through.address } : {}),
    },
    { provider: observer.provider, dependsOn: [observer.cluster] },
  );
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
      ...sharedArgs(cluster, plan),
      mtls: plan.mtls,
      caCertificate: ca.certificate,
      caPrivateKey: ca.privateKey,
      certificateChain: ca.certificateChain,
      rootCertificate: root.certificate,
      servesRemotes: cluster.remotes.length > 0,
      clusterLocal: [...plan.clusterLocal],
      dnsCapture: plan.dnsCapture,
    },
    { provider },
  );
}

function remoteOf(
  cluster: ClusterPlan,
  plan: MeshPlan,
  controlPlanes: readonly Member[],
  provider: k8s.Provider,
): ClusterRemote {
  const gateway = controlPlanes[0]?.gateway;
  if (gateway === undefined) throw new Error(`no gateway leads to the control plane of ${cluster.name}`);
  return new ClusterRemote(
    cluster.name,
    {
      ...sharedArgs(cluster, plan),
      controlPlanes: [...cluster.controlPlanes],
      controlPlaneAddress: gateway.address,
      controlPlaneAddressType: controlPlanes[0]?.plan.gateway?.addressType ?? "ip",
    },
    { provider, dependsOn: [gateway] },
  );
}

function sharedArgs(cluster: ClusterPlan, plan: MeshPlan) {
  return {
    clusterName: cluster.name,
    network: cluster.network,
    meshId: plan.meshId,
    trustDomain: plan.trustDomain,
    istio: istioArgs(cluster),
    base: cluster.base,
    istiod: cluster.istiod,
  };
}

function gatewayOf(
  cluster: ClusterPlan,
  provider: k8s.Provider,
  injection: pulumi.Resource[],
): EastWestGateway | undefined {
  if (cluster.gateway === undefined) return undefined;
  return new EastWestGateway(
    `${cluster.name}-gateway`,
    {
      network: cluster.network,
      istio: istioArgs(cluster),
      configuredHere: cluster.controlPlanes.length === 0,
      ...cluster.gateway,
    },
    { provider, dependsOn: injection },
  );
}

function istioArgs({ istio }: ClusterPlan): IstioArgs {
  const { charts, imagePullSecrets, ...rest } = istio;
  return { ...rest, ...charts, imagePullSecrets: [...imagePullSecrets] };
}
