import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  ClusterPrimary,
  ClusterRemote,
  EastWestGateway,
  ExistingCluster,
  IntermediateCA,
  type IstioArgs,
  RemoteSecretLink,
  type RootCA,
} from "../components";
import { adopts } from "../components/topology/adopt";
import { linkName } from "../components/internal/names";
import type { ClusterPlan, MeshPlan } from "../components/topology/types";
import type { ClusterAccess } from "./access";
import { clusterProvider } from "./providers";

/** How a cluster is reached, and what has to be checked before anything in it is touched. */
export interface Entry {
  readonly access: ClusterAccess;
  readonly checked: pulumi.Output<unknown>;
}

/** One cluster of the mesh as it is being built. */
export interface Member {
  readonly plan: ClusterPlan;
  readonly access: ClusterAccess;
  readonly provider: k8s.Provider;
  readonly cluster: ClusterPrimary | ClusterRemote | ExistingCluster;
  readonly gateway?: EastWestGateway | undefined;
  /** What has to be there before pods get their proxies. */
  readonly injection: pulumi.Resource[];
}

/** A cluster with its own istiod, and its gateway. */
export function primaryMember(
  cluster: ClusterPlan,
  plan: MeshPlan,
  root: RootCA | undefined,
  { access, checked }: Entry,
): Member {
  const provider = clusterProvider(cluster, access, checked);
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

/** A cluster with an istiod that others installed, and a gateway if it is to get one. */
export function existingMember(cluster: ClusterPlan, { access, checked }: Entry): Member {
  const provider = clusterProvider(cluster, access, checked);
  const existing = new ExistingCluster(cluster.name, { network: cluster.network }, { provider });
  const injection = [existing];
  return {
    plan: cluster,
    access,
    provider,
    cluster: existing,
    injection,
    gateway: gatewayOf(cluster, provider, injection),
  };
}

/** A cluster that others serve, the links by which they do, and its gateway, which gets its proxy through these. */
export function remoteMember(
  cluster: ClusterPlan,
  plan: MeshPlan,
  controlPlanes: readonly Member[],
  { access, checked }: Entry,
): Member {
  const provider = clusterProvider(cluster, access, checked);
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
  root: RootCA | undefined,
  provider: k8s.Provider,
): ClusterPrimary {
  return new ClusterPrimary(
    cluster.name,
    {
      ...sharedArgs(cluster, plan),
      ...(root && !adopts(cluster, "cacerts") ? caArgs(cluster, plan, root) : {}),
      mtls: plan.mtls,
      servesRemotes: cluster.remotes.length > 0,
      clusterLocal: [...plan.clusterLocal],
      dnsCapture: plan.dnsCapture,
    },
    { provider },
  );
}

/** The CA that a cluster gets under the mesh's root. */
function caArgs({ name }: ClusterPlan, { ca: settings }: MeshPlan, root: RootCA) {
  const ca = new IntermediateCA(`${name}-ca`, {
    clusterName: name,
    rootCertificate: root.certificate,
    rootPrivateKey: root.privateKey,
    rootNotAfter: root.notAfter,
    algorithm: settings.intermediateAlgorithm,
    validityDays: settings.intermediateValidityDays,
    organization: settings.organization,
  });
  return {
    caCertificate: ca.certificate,
    caPrivateKey: ca.privateKey,
    certificateChain: ca.certificateChain,
    rootCertificate: root.certificate.apply((pem) => [pem, ...settings.trustBundle].map(ended).join("")),
  };
}

/** PEM text may end without the line break that has to be between two certificates. */
function ended(pem: string): string {
  return pem.endsWith("\n") ? pem : `${pem}\n`;
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
    adoptNamespace: adopts(cluster, "namespace"),
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
