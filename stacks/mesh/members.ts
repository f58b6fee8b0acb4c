import type * as pulumi from "@pulumi/pulumi";
import { ClusterPrimary, ClusterRemote, EastWestGateway, type IstioArgs } from "../../components";
import { adopts } from "../../components/spec/adopt/adopted";
import { clusterAliases } from "../../components/spec/clusters/aliases";
import { issuesBySpire } from "../../components/spec/spire/plan";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import { linkTo } from "./links";
import { type Entrance, entranceAt, type Istiod, type Member, type Observer } from "./member";
import { peerOf } from "./peer";
import type { Site } from "./providers";
import { refuseReplaced } from "./replaced";
import { placedOf } from "./scope";
import type { ClusterTrust } from "./trust/trust";

/** A cluster with its own istiod, and its gateway. */
export function primaryMember(site: Site, plan: MeshPlan, trust: ClusterTrust | undefined): Member {
  const { scope, plan: cluster, provider, transformations } = site;
  const { webhookHostName } = cluster;
  const { name, opts } = placedOf(scope, cluster);
  const primary = new ClusterPrimary(
    name,
    {
      ...sharedArgs(site, plan),
      ...istiodArgs(cluster, plan, trust),
      mtls: plan.mtls,
      servesRemotes: cluster.remotes.length > 0,
      ...(webhookHostName === undefined ? {} : { webhookHostName }),
    },
    { ...opts, provider, transformations },
  );
  refuseReplaced(site, primary.namespaceUid);
  const injection = [primary.policy, ...(site.identities ?? [])];
  const gateway = gatewayOf(site, injection);
  const entrance = gateway && entranceAt(cluster, gateway.address, gateway);
  return {
    ...site,
    cluster: primary,
    istiod: {
      provider,
      transformations,
      resource: primary.policy,
      rootPhase: trust && primary.rootPhase,
      entrance,
    },
    injection,
    gateway,
  };
}

/** A cluster that others serve, the links by which they do, and its gateway, which gets its proxy through these. */
export function remoteMember(site: Site, plan: MeshPlan, controlPlanes: readonly Observer[]): Member {
  const [controlPlane] = controlPlanes;
  if (controlPlane === undefined) throw new Error(`${site.plan.name} is no remote`);
  const { istiod } = controlPlane;
  const remote = remoteOf(site, plan, istiod);
  refuseReplaced(site, remote.namespaceUid);
  const links = controlPlanes.map((observer) => linkTo(peerOf({ ...site, cluster: remote }), observer));
  const injection = [remote, ...links, ...(site.identities ?? [])];
  return { ...site, cluster: remote, istiod, injection, gateway: gatewayOf(site, injection) };
}

function remoteOf(site: Site, plan: MeshPlan, { entrance }: Istiod): ClusterRemote {
  const { scope, plan: cluster, provider, transformations } = site;
  if (entrance === undefined) throw new Error(`no gateway leads to the control plane of ${cluster.name}`);
  const { name, opts } = placedOf(scope, cluster);
  return new ClusterRemote(
    name,
    {
      ...sharedArgs(site, plan),
      ...entranceOf(entrance),
      controlPlanes: [...cluster.controlPlanes],
    },
    { ...opts, provider, transformations, dependsOn: entrance.resource ?? [] },
  );
}

/** What an istiod gets wherever it runs: a signing CA, unless it has one, and how proxies are to treat hosts. */
export function istiodArgs(cluster: ClusterPlan, plan: MeshPlan, trust: ClusterTrust | undefined) {
  const { clusters, clusterLocal, dnsCapture, spire, workloadCertificates } = plan;
  const { ttlMinutes } = workloadCertificates;
  return {
    ...trust?.cacerts,
    adoptCacerts: adopts(cluster, "cacerts"),
    ...(ttlMinutes === undefined ? {} : { certificateTtlMinutes: ttlMinutes }),
    foreignTrustDomains: [...cluster.foreignTrustDomains],
    ...(issuesBySpire(plan) && {
      workloadSocket: spire?.existing ? { file: spire.existing.socketFile } : {},
    }),
    clusterLocal: [...clusterLocal],
    dnsCapture,
    clusterAliases: clusterAliases(cluster.name, clusters),
  };
}

/** What a remote has to know of the way to its control plane. */
export function entranceOf({ address, addressType, hostName, webhookHostName }: Entrance) {
  return {
    controlPlaneAddress: address,
    controlPlaneAddressType: addressType,
    ...(hostName === undefined ? {} : { controlPlaneHostName: hostName }),
    ...(webhookHostName === undefined ? {} : { webhookHostName }),
  };
}

/** What every cluster gets, whatever its part in the mesh is. */
export function sharedArgs({ plan: cluster, access, owner }: Omit<Site, "provider">, plan: MeshPlan) {
  return {
    clusterName: cluster.name,
    network: cluster.network,
    adoptNamespace: adopts(cluster, "namespace"),
    owner,
    adoptCrds: adopts(cluster, "crds"),
    meshId: plan.meshId,
    trustDomain: cluster.trustDomain,
    istio: { ...istioArgs(cluster), imagePullCredentials: { ...access.imagePullCredentials } },
    base: cluster.base,
    istiod: cluster.istiod,
    reader: cluster.reader,
    // With `deleteUnreachable` the provider forgets everything of an unreachable cluster but releases.
    forgetRelease: cluster.whenUnreachable === "forget",
  };
}

/** The east-west gateway of a cluster, if it has one. */
export function gatewayOf(
  { scope, plan: cluster, provider, transformations, usesWorkloadSocket }: Site,
  injection: pulumi.Resource[],
): EastWestGateway | undefined {
  if (cluster.gateway === undefined) return undefined;
  const { name, opts } = placedOf(scope, cluster, "-gateway");
  return new EastWestGateway(
    name,
    {
      network: cluster.network,
      istio: istioArgs(cluster),
      configuredHere: cluster.controlPlanes.length === 0,
      ...(usesWorkloadSocket ? { usesWorkloadSocket } : {}),
      ...cluster.gateway,
    },
    { ...opts, provider, transformations, dependsOn: injection },
  );
}

/** Which Istio a cluster gets, as components take it. */
export function istioArgs({ istio }: ClusterPlan): IstioArgs {
  const { charts, imagePullSecrets, imagePullCredentials: _, ...rest } = istio;
  return { ...rest, ...charts, imagePullSecrets: [...imagePullSecrets] };
}
