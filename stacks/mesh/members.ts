import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ClusterPrimary, ClusterRemote, EastWestGateway, type IstioArgs } from "../../components";
import { adopts } from "../../components/spec/adopt/adopted";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import type { ClusterAccess } from "./access";
import { linkTo } from "./links";
import type { Entrance, Istiod, Member } from "./member";
import { clusterProvider } from "./providers";
import type { ClusterTrust } from "./trust/generated";

/** A cluster with its own istiod, and its gateway. */
export function primaryMember(
  cluster: ClusterPlan,
  plan: MeshPlan,
  trust: ClusterTrust | undefined,
  access: ClusterAccess,
): Member {
  const provider = clusterProvider(cluster, access);
  const primary = primaryOf(cluster, plan, trust, provider);
  const injection = [primary];
  const gateway = gatewayOf(cluster, provider, injection);
  const { addressType = "ip" } = cluster.gateway ?? {};
  const entrance = gateway && { resource: gateway, address: gateway.address, addressType };
  return {
    plan: cluster,
    access,
    provider,
    cluster: primary,
    istiod: { provider, resource: primary, rootPhase: trust && primary.rootPhase, entrance },
    injection,
    gateway,
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
  const [controlPlane] = controlPlanes;
  if (controlPlane === undefined) throw new Error(`${cluster.name} is no remote`);
  const { istiod } = controlPlane;
  const remote = remoteOf(cluster, plan, istiod, provider);
  const member = { plan: cluster, access, provider, cluster: remote, istiod };
  const links = controlPlanes.map((observer) => linkTo({ ...member, injection: [] }, observer));
  const injection = [remote, ...links];
  return { ...member, injection, gateway: gatewayOf(cluster, provider, injection) };
}

function primaryOf(
  cluster: ClusterPlan,
  plan: MeshPlan,
  trust: ClusterTrust | undefined,
  provider: k8s.Provider,
): ClusterPrimary {
  return new ClusterPrimary(
    cluster.name,
    {
      ...sharedArgs(cluster, plan),
      ...istiodArgs(plan, trust),
      mtls: plan.mtls,
      servesRemotes: cluster.remotes.length > 0,
    },
    { provider },
  );
}

/** What an istiod gets wherever it runs: a signing CA, unless it has one, and how proxies are to treat hosts. */
export function istiodArgs(
  { clusterLocal, dnsCapture, workloadCertificates: { ttlMinutes } }: MeshPlan,
  trust: ClusterTrust | undefined,
) {
  return {
    ...trust?.cacerts,
    ...(ttlMinutes === undefined ? {} : { certificateTtlMinutes: ttlMinutes }),
    clusterLocal: [...clusterLocal],
    dnsCapture,
  };
}

function remoteOf(
  cluster: ClusterPlan,
  plan: MeshPlan,
  { entrance }: Istiod,
  provider: k8s.Provider,
): ClusterRemote {
  if (entrance === undefined) throw new Error(`no gateway leads to the control plane of ${cluster.name}`);
  return new ClusterRemote(
    cluster.name,
    {
      ...sharedArgs(cluster, plan),
      ...entranceOf(entrance),
      controlPlanes: [...cluster.controlPlanes],
    },
    { provider, dependsOn: [entrance.resource] },
  );
}

/** What a remote has to know of the way to its control plane. */
export function entranceOf({ address, addressType, hostName }: Entrance) {
  return {
    controlPlaneAddress: address,
    controlPlaneAddressType: addressType,
    ...(hostName === undefined ? {} : { controlPlaneHostName: hostName }),
  };
}

export function sharedArgs(cluster: ClusterPlan, plan: MeshPlan) {
  return {
    clusterName: cluster.name,
    network: cluster.network,
    adoptNamespace: adopts(cluster, "namespace"),
    meshId: plan.meshId,
    trustDomain: plan.trustDomain,
    istio: istioArgs(cluster),
    base: cluster.base,
    istiod: cluster.istiod,
    reader: cluster.reader,
    // With `deleteUnreachable` the provider forgets everything of an unreachable cluster but releases.
    forgetRelease: cluster.whenUnreachable === "forget",
  };
}

/** The east-west gateway of a cluster, if it has one. */
export function gatewayOf(
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
