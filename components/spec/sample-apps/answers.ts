import { NETWORK_LABEL } from "../../names";
import { CLUSTER_LABEL } from "../../names";
import { isPrimary, visibleFrom } from "../../topology/links";
import { failoverPriority } from "../locality/priority";
import { clusterLocalPattern, helloworldHost } from "../services/hosts";
import type { LocalityFailoverSpec, MeshPlan } from "../types";

/** Who answers a client that calls helloworld while everything is well. */
export interface ExpectedAnswers {
  /** Versions of helloworld, sorted. */
  readonly versions: readonly string[];
  /** Whether each of them answers. If not, regions and zones of the nodes decide, and those are not in the plan. */
  readonly each: boolean;
}

/** helloworld versions that a client in `cluster` may get answers from. */
export function expectedVersions(plan: MeshPlan, cluster: string): string[] {
  return [...expectedAnswers(plan, cluster).versions];
}

/** What a client in `client` gets answers from: every helloworld that it sees, or the near ones under failover. */
export function expectedAnswers(plan: MeshPlan, client: string): ExpectedAnswers {
  const { clusters, each } = answeringClusters(plan, client);
  const versions = plan.sampleApps
    .filter((apps) => clusters.includes(apps.cluster))
    .flatMap((apps) => apps.helloworldVersions);
  const distinct = [...new Set(versions)].sort();
  return { versions: distinct, each: each || distinct.length === 1 };
}

/** The clusters whose helloworld answers a client, and whether each of them does: if not, the nodes' localities decide. */
export function answeringClusters(
  plan: MeshPlan,
  client: string,
): { readonly clusters: readonly string[]; readonly each: boolean } {
  const seen = helloworldSeenFrom(plan, client);
  const settings = failoverFor(plan, client);
  return settings === undefined ? { clusters: seen, each: true } : nearest(plan, client, seen, settings);
}

/** The clusters whose helloworld a client reaches. */
export function helloworldSeenFrom(plan: MeshPlan, client: string): string[] {
  const runsIt = plan.sampleApps.filter((apps) => apps.helloworldVersions.length > 0);
  const host = helloworldHost(runsIt[0]?.namespace);
  const isLocal = clusterLocalPattern(host, plan) !== undefined;
  return visibleFrom(client, plan)
    .filter((name) => runsIt.some(({ cluster }) => cluster === name))
    .filter((name) => !isLocal || name === client);
}

/** A client follows the DestinationRule of the primary that serves it. */
function failoverFor(plan: MeshPlan, client: string): LocalityFailoverSpec | undefined {
  const found = plan.clusters.find(({ name }) => name === client);
  const primary = found === undefined || isPrimary(found) ? client : found.controlPlanes[0];
  return plan.sampleApps.find(({ cluster }) => cluster === primary)?.failover;
}

/** The clusters that come first for a client, as far as the plan can tell: endpoints match label by label. */
function nearest(
  plan: MeshPlan,
  client: string,
  seen: readonly string[],
  settings: LocalityFailoverSpec,
): { clusters: readonly string[]; each: boolean } {
  const labels = failoverPriority(settings);
  if (labels === undefined) return { clusters: seen, each: false };
  const valueOf = (label: string, name: string) =>
    label === CLUSTER_LABEL ? name : plan.clusters.find((cluster) => cluster.name === name)?.network;
  let clusters = seen;
  for (const entry of labels) {
    const [label = "", wanted] = entry.split("=");
    if (label !== NETWORK_LABEL && label !== CLUSTER_LABEL) return { clusters, each: false };
    const value = wanted ?? valueOf(label, client);
    const matching = clusters.filter((name) => valueOf(label, name) === value);
    if (matching.length > 0) clusters = matching;
    // A network in front orders other networks too; any other label that nobody shares ends the comparison.
    else if (entry !== NETWORK_LABEL || labels[0] !== NETWORK_LABEL) return { clusters, each: true };
  }
  return { clusters, each: true };
}
