import { OBSERVER_SECRET, REMOTE_SECRETS_ANNOTATION, remoteSecretName } from "../../names";
import { discoveryLinks, isPrimary, remotesOf } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import type {
  ClusterSpec,
  HelmValues,
  LinkPlan,
  LinkSpec,
  MeshPlan,
  MeshSpec,
  Problem,
  RemoteSecretsPer,
  RemoteSecretsPlan,
} from "../types";

/** The Secrets of a spec with every default. */
export function planRemoteSecrets({ remoteSecrets = {} }: MeshSpec): RemoteSecretsPlan {
  return { per: remoteSecrets.per ?? "link", migrating: remoteSecrets.migrating ?? false };
}

/**
 * The links of a spec whose credentials one Secret of the observer can hold. Not those to remotes, whose gateways wait for
 * them while other links wait for such gateways, and not those of an istiod that others restart.
 */
export function shareableLinks(spec: MeshSpec): LinkSpec[] {
  return discoveryLinks(spec).filter(
    ({ observer, observed }) =>
      !remotesOf(observer, spec.clusters).includes(observed) &&
      spec.clusters.some((cluster) => cluster.name === observer && !adopts(cluster, "istiod")),
  );
}

/** The same of a plan. */
export function isShareable(
  { observer, serves }: LinkPlan,
  { clusters }: Pick<MeshPlan, "clusters">,
): boolean {
  return !serves && clusters.some((cluster) => cluster.name === observer && !adopts(cluster, "istiod"));
}

/** Name of the Secret that holds the credential of a link. */
export function credentialSecret(link: LinkPlan, plan: Pick<MeshPlan, "clusters" | "remoteSecrets">): string {
  return plan.remoteSecrets.per === "observer" && isShareable(link, plan)
    ? OBSERVER_SECRET
    : remoteSecretName(link.observed);
}

/**
 * Values by which the istiod of a cluster is restarted once it can take all clusters from the Secrets that the spec says;
 * none where these have always been the ones of links.
 */
export function restartValues(cluster: ClusterSpec, spec: MeshSpec): HelmValues {
  const { per, migrating } = planRemoteSecrets(spec);
  const read: RemoteSecretsPer = migrating ? OTHER[per] : per;
  const shares = isPrimary(cluster) && shareableLinks(spec).some(({ observer }) => observer === cluster.name);
  return read === "observer" && shares ? { podAnnotations: { [REMOTE_SECRETS_ANNOTATION]: read } } : {};
}

const OTHER: Readonly<Record<RemoteSecretsPer, RemoteSecretsPer>> = { link: "observer", observer: "link" };

/** One Secret cannot have a cluster's new name first and then lose the old one, as two can. */
export function remoteSecrets(spec: MeshSpec): Problem[] {
  const { per, migrating } = planRemoteSecrets(spec);
  if (per === "link" && !migrating) return [];
  const observed = new Set(shareableLinks(spec).map((link) => link.observed));
  return spec.clusters.flatMap(({ name, formerName }, index) =>
    formerName === undefined || !observed.has(name)
      ? []
      : [
          {
            path: `clusters[${index}].formerName`,
            message:
              `is set while observers have or get one Secret for all clusters, from which istiod would drop ${formerName} before it has read ${name}; ` +
              "remove it if all pods of the cluster were restarted since, else go over to remoteSecrets: { per: link } first (docs/remote-secrets.md)",
          },
        ],
  );
}

/** Links of a full mesh of six clusters. */
const MANY_LINKS = 30;

/** What many Secrets cost is seen when there are many. */
export function remoteSecretsWarnings(spec: MeshSpec): Problem[] {
  const { length } = shareableLinks(spec);
  if (spec.remoteSecrets?.per !== undefined || length <= MANY_LINKS) return [];
  const message =
    `is not set, so there are ${length} Secrets, one per link, on which most steps of a first update are spent; set per: observer for one Secret ` +
    "per observer (on a running mesh in two updates, docs/remote-secrets.md), or per: link to keep them";
  return [{ path: "remoteSecrets", message }];
}
