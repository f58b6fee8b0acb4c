import { CLUSTER_LABEL, NETWORK_LABEL } from "../../names";
import { primaryOf, visibleFrom } from "../../topology/links";
import { importNetwork } from "../imports/network";
import { failoverPriority } from "../locality/priority";
import { clusterLocalPattern, helloworldHost } from "../services/hosts";
import type { LocalityFailoverSpec, MeshPlan, ServiceImportPlan } from "../types";

/** The versions that Istio's helloworld has. */
export const HELLOWORLD_VERSIONS: readonly string[] = ["v1", "v2"];

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
  // Of a cluster of another stack nobody here knows what runs there.
  const isForeign = helloworldImport(plan, client)?.endpoints.some(
    ({ cluster }) => !plan.clusters.some(({ name }) => name === cluster),
  );
  const versions = plan.sampleApps
    .filter((apps) => clusters.includes(apps.cluster))
    .flatMap((apps) => apps.helloworldVersions);
  const distinct = [...new Set([...versions, ...(isForeign ? HELLOWORLD_VERSIONS : [])])].sort();
  return { versions: distinct, each: (each && !isForeign) || distinct.length === 1 };
}

/** The clusters whose helloworld answers a client, and whether each of them does: if not, the nodes' localities decide. */
export function answeringClusters(
  plan: MeshPlan,
  client: string,
): { readonly clusters: readonly string[]; readonly each: boolean } {
  const sources = [
    ...helloworldSeenFrom(plan, client).map((cluster) => discovered(plan, cluster)),
    ...helloworldImportedBy(plan, client).flatMap((exporter) => imported(plan, client, exporter)),
  ];
  const settings = failoverFor(plan, client);
  if (settings === undefined) return { clusters: clustersOf(sources), each: true };
  const { nearest, each } = nearestTo(discovered(plan, client), sources, settings);
  return { clusters: clustersOf(nearest), each };
}

/** The clusters whose helloworld a client's control plane has discovered. */
export function helloworldSeenFrom(plan: MeshPlan, client: string): string[] {
  const runsIt = placesOf(plan);
  const host = helloworldHost(plan.sampleApps.find(({ cluster }) => runsIt.includes(cluster))?.namespace);
  const isLocal = clusterLocalPattern(host, plan) !== undefined;
  return visibleFrom(client, plan)
    .filter((name) => runsIt.includes(name))
    .filter((name) => !isLocal || name === client);
}

/** The clusters by whose gateways a client reaches helloworld, since its control plane imports it from them. */
function helloworldImportedBy(plan: MeshPlan, client: string): string[] {
  const names = plan.clusters.map(({ name }) => name);
  const endpoints = helloworldImport(plan, client)?.endpoints ?? [];
  return endpoints.map(({ cluster }) => cluster).filter((name) => names.includes(name));
}

/** How a client's control plane imports helloworld under its own name, if it does. */
function helloworldImport(plan: MeshPlan, client: string): ServiceImportPlan | undefined {
  const host = helloworldHost(plan.sampleApps[0]?.namespace);
  const primary = primaryOf(client, plan.clusters);
  return plan.imports.find((own) => own.cluster === primary && own.host === host);
}

function placesOf({ sampleApps }: MeshPlan): string[] {
  return sampleApps
    .filter(({ helloworldVersions }) => helloworldVersions.length > 0)
    .map(({ cluster }) => cluster);
}

/** A cluster with pods behind an endpoint, and the labels by which a client's proxy knows the endpoint. */
interface Source {
  readonly cluster: string;
  readonly labels: Readonly<Record<string, string | undefined>>;
}

function discovered(plan: MeshPlan, cluster: string): Source {
  const network = plan.clusters.find(({ name }) => name === cluster)?.network;
  return { cluster, labels: { [NETWORK_LABEL]: network, [CLUSTER_LABEL]: cluster } };
}

/** A gateway leads to the pods of its network that its control plane knows; the importer counts it to its own cluster. */
function imported(plan: MeshPlan, client: string, exporter: string): Source[] {
  const network = plan.clusters.find(({ name }) => name === exporter)?.network;
  const labels = {
    [NETWORK_LABEL]: importNetwork(exporter),
    [CLUSTER_LABEL]: primaryOf(client, plan.clusters),
  };
  return visibleFrom(exporter, plan)
    .filter((name) => plan.clusters.some((other) => other.name === name && other.network === network))
    .filter((name) => placesOf(plan).includes(name))
    .map((cluster) => ({ cluster, labels }));
}

function clustersOf(sources: readonly Source[]): string[] {
  return [...new Set(sources.map(({ cluster }) => cluster))];
}

/** A client follows the DestinationRule of the primary that serves it. */
function failoverFor(plan: MeshPlan, client: string): LocalityFailoverSpec | undefined {
  const own = helloworldImport(plan, client);
  if (own !== undefined) return own.failover;
  const primary = primaryOf(client, plan.clusters);
  return plan.sampleApps.find(({ cluster }) => cluster === primary)?.failover;
}

/** The endpoints that come first for a client, as far as the plan can tell: they match label by label. */
function nearestTo(
  client: Source,
  sources: readonly Source[],
  settings: LocalityFailoverSpec,
): { nearest: readonly Source[]; each: boolean } {
  const labels = failoverPriority(settings);
  if (labels === undefined) return { nearest: sources, each: false };
  let nearest = sources;
  for (const entry of labels) {
    const [label = "", wanted] = entry.split("=");
    if (label !== NETWORK_LABEL && label !== CLUSTER_LABEL) return { nearest, each: false };
    const value = wanted ?? client.labels[label];
    const matching = nearest.filter((source) => source.labels[label] === value);
    if (matching.length > 0) nearest = matching;
    // A network in front orders other networks too; any other label that nobody shares ends the comparison.
    else if (entry !== NETWORK_LABEL || labels[0] !== NETWORK_LABEL) return { nearest, each: true };
  }
  return { nearest, each: true };
}
