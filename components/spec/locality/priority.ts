import { CLUSTER_LABEL, NETWORK_LABEL } from "../../names";
import type { LocalityFailoverSpec, OutlierDetectionSpec } from "../types";

/**
 * A client's own cluster first, then its network. With the network in front Istio goes on comparing within other
 * networks; region and zone come last, since endpoints behind a gateway have no such labels.
 */
const DEFAULT_FAILOVER_PRIORITY: readonly string[] = [
  NETWORK_LABEL,
  CLUSTER_LABEL,
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
];

/** The same for imported endpoints, each of a network of its own, which Istio takes for ones of the client's cluster. */
const IMPORT_FAILOVER_PRIORITY: readonly string[] = DEFAULT_FAILOVER_PRIORITY.filter(
  (label) => label !== CLUSTER_LABEL,
);

/** Outlier detection that says nothing else: it reacts to what cannot serve sooner than to an application's errors. */
export const OUTLIER_DEFAULTS = {
  consecutiveGatewayErrors: 3,
  consecutive5xxErrors: 5,
  interval: "5s",
  baseEjectionTime: "30s",
  maxEjectionPercent: 100,
} as const satisfies OutlierDetectionSpec;

/** The ways to choose among endpoints, of which one is in effect. */
const WAYS = ["failoverPriority", "failover", "distribute"] as const;

/** The ways that settings name. */
export function waysSet(settings: LocalityFailoverSpec): (typeof WAYS)[number][] {
  return WAYS.filter((way) => settings[way] !== undefined);
}

/** The labels by which endpoints are ordered; undefined where localities order them. */
export function failoverPriority(settings: LocalityFailoverSpec): readonly string[] | undefined {
  return waysSet(settings).length === 0 ? DEFAULT_FAILOVER_PRIORITY : settings.failoverPriority;
}

/** The failover of an imported host, with the order that it has unless settings name one. */
export function importFailover(settings: LocalityFailoverSpec): LocalityFailoverSpec {
  return waysSet(settings).length > 0
    ? settings
    : { ...settings, failoverPriority: IMPORT_FAILOVER_PRIORITY };
}

/** Place of the first label that orders by cluster, which says nothing of imported endpoints; negative if none does. */
export function orderByCluster({ failoverPriority: labels = [] }: LocalityFailoverSpec): number {
  return labels.findIndex((label) => label.split("=")[0] === CLUSTER_LABEL);
}
