import { clientsElsewhere, isPrimary, discoveryLinks, remotesOf, visibleFrom } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { clusterAliases } from "../clusters/aliases";
import { addressTypeOf } from "../gateway/plan";
import { planRemoteSecrets, shareableLinks } from "../links/secrets";
import { hasNewToken } from "../readers/plan";
import type { ClusterSpec, MeshSpec } from "../types";
import { readsCredentials } from "./env";
import { istiodSettings } from "./plan";

/**
 * What a spec asks of one cluster's Istio, as far as it matters to faults of Istio:
 * - `charts`: this program's values for Istio's charts
 * - `remote`: accounts and webhooks for an istiod elsewhere
 * - `exposed-istiod`: an istiod that other clusters' proxies and API servers reach
 * - `hostname-gateway`: an istiod that has to resolve the host name of another network's gateway
 * - `observer`: an istiod that reads other clusters
 * - `rotation`: an istiod that reads clusters whose readers' tokens are not their first ones
 * - `moved-secrets`: an istiod that goes on with clusters whose kubeconfigs move to another Secret
 * - `unread-secrets`: an istiod that reads other clusters, but not their Secrets
 * - `revocation`: an istiod that is given revocation lists
 * - `renamed`: an istiod that serves proxies which know their cluster by its former name
 */
export type Feature =
  | "charts"
  | "remote"
  | "exposed-istiod"
  | "hostname-gateway"
  | "observer"
  | "rotation"
  | "moved-secrets"
  | "unread-secrets"
  | "revocation"
  | "renamed";

/** The features that a spec asks of a cluster. */
export function featuresOf(cluster: ClusterSpec, spec: MeshSpec): ReadonlySet<Feature> {
  const observed = discoveryLinks(spec)
    .filter(({ observer }) => observer === cluster.name)
    .flatMap((link) => spec.clusters.filter(({ name }) => name === link.observed));
  const asked: Record<Feature, boolean> = {
    charts: !adopts(cluster, "istiod"),
    remote: !isPrimary(cluster) || cluster.externalControlPlane !== undefined,
    "exposed-istiod":
      cluster.externalControlPlane !== undefined || remotesOf(cluster.name, spec.clusters).length > 0,
    "hostname-gateway": isPrimary(cluster) && seesHostname(cluster, spec),
    observer: observed.length > 0,
    rotation: observed.some((other) => hasNewToken(other, spec)),
    "moved-secrets":
      planRemoteSecrets(spec).migrating &&
      shareableLinks(spec).some(({ observer }) => observer === cluster.name),
    "unread-secrets": observed.length > 0 && !readsCredentials(istiodSettings(cluster, spec)),
    revocation: spec.ca?.provided?.crl !== undefined && isPrimary(cluster) && !adopts(cluster, "cacerts"),
    renamed:
      isPrimary(cluster) &&
      !adopts(cluster, "istiod") &&
      Object.keys(clusterAliases(cluster.name, spec.clusters)).length > 0,
  };
  return new Set((Object.keys(asked) as Feature[]).filter((feature) => asked[feature]));
}

function seesHostname(cluster: ClusterSpec, spec: MeshSpec): boolean {
  const visible = visibleFrom(cluster.name, { clusters: spec.clusters, links: discoveryLinks(spec) });
  return spec.clusters
    .filter(({ name }) => visible.includes(name))
    .filter((other) => addressTypeOf(other, spec) === "hostname")
    .some((other) => clientsElsewhere(other, spec).length > 0);
}
