import { hostedBy, remotesOf } from "../../topology/links";
import { webhookValues } from "../../topology/platforms";
import { adopted } from "../adopt/adopted";
import { planCa } from "../ca/plan";
import { planExternalControlPlane } from "../external/plan";
import { planGateway } from "../gateway/plan";
import { planIngress } from "../ingress/plan";
import { istiodSettings, planIstio } from "../istio/plan";
import { restartValues } from "../links/secrets";
import { mergeSettings, onPlatform, overValues } from "../settings";
import { foreignTrustDomains, trustDomainOf } from "../trust-domains/plan";
import type { ClusterPlan, ClusterSpec, MeshSpec } from "../types";

/** A cluster with every default filled in; who reads it is planned once the links are. */
export function planCluster(cluster: ClusterSpec, spec: MeshSpec): ClusterPlan {
  return {
    name: cluster.name,
    formerName: cluster.formerName,
    network: cluster.network,
    controlPlanes: cluster.controlPlanes ?? [],
    remotes: remotesOf(cluster.name, spec.clusters),
    trustDomain: trustDomainOf(cluster.name, spec),
    foreignTrustDomains: foreignTrustDomains(cluster, spec),
    adopt: adopted(cluster),
    rootCertificate: cluster.rootCertificate,
    istio: planIstio(cluster, spec),
    externalControlPlane: planExternalControlPlane(cluster, spec),
    webhookHostName: cluster.webhookHostName,
    runsIstiodOf: hostedBy(cluster.name, spec.clusters),
    base: onPlatform(cluster.platform, mergeSettings(spec.base, cluster.base)),
    istiod: overValues(
      { ...webhookValues(cluster.platform), ...restartValues(cluster, spec) },
      onPlatform(cluster.platform, istiodSettings(cluster, spec)),
    ),
    gateway: planGateway(cluster, spec),
    ingress: planIngress(cluster),
    intermediateEpoch: `${spec.ca?.intermediateEpoch ?? 1}.${cluster.intermediateEpoch ?? 1}`,
    intermediateValidityDays: cluster.intermediateValidityDays ?? planCa(spec.ca).intermediateValidityDays,
    whenUnreachable: cluster.whenUnreachable ?? "fail",
  };
}
