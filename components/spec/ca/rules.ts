import { hostedBy } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import type { CaSpec, ClusterSpec, MeshSpec, Problem } from "../types";
import { planCa } from "./plan";
import type { ClusterCaKey } from "./source";
import { CA_SOURCES, sourceOf } from "./sources";

const OF_CLUSTERS: readonly ClusterCaKey[] = ["intermediateEpoch", "intermediateValidityDays"];

/** Istio's MAX_WORKLOAD_CERT_TTL. */
const LONGEST_TTL_MINUTES = 90 * 24 * 60;

/** The CAs have one source, whose settings make sense, and nothing is set that it does not read. */
export function ca(spec: MeshSpec): Problem[] {
  const { problems } = CA_SOURCES[sourceOf(spec.ca ?? {})];
  return [...withoutEffect(spec), ...problems(spec), ...unsigned(spec), ...lifetimes(spec)];
}

/** Settings of other sources than the one that there is. */
function withoutEffect({ ca = {}, clusters }: MeshSpec): Problem[] {
  const source = CA_SOURCES[sourceOf(ca)];
  const settings = (Object.keys(ca) as (keyof CaSpec)[])
    .filter((key) => key !== source.key && ca[key] !== undefined && !source.reads(key, ca))
    .map((key) => ({ path: `ca.${key}`, message: `has no effect ${source.withoutEffect(key)}` }));
  const unread = OF_CLUSTERS.filter((key) => !source.readsOfClusters.includes(key));
  const ofClusters = clusters.flatMap((cluster, index) =>
    unread
      .filter((key) => cluster[key] !== undefined)
      .map((key) => ({
        path: `clusters[${index}].${key}`,
        message: `has no effect ${source.withoutEffect()}`,
      })),
  );
  return [...settings, ...ofClusters];
}

/** Settings of the CA of a cluster that has none from here. */
function unsigned({ clusters }: MeshSpec): Problem[] {
  return clusters.flatMap((cluster, index) => {
    const reason = whyNoCa(cluster, clusters);
    if (reason === undefined) return [];
    return OF_CLUSTERS.filter((key) => cluster[key] !== undefined).map((key) => ({
      path: `clusters[${index}].${key}`,
      message: `is set, but ${reason}`,
    }));
  });
}

function whyNoCa(cluster: ClusterSpec, clusters: readonly ClusterSpec[]): string | undefined {
  const { name, controlPlanes = [] } = cluster;
  if (controlPlanes.length > 0) {
    return `${name} is a remote, whose certificates are signed by ${controlPlanes.join(", ")}; set it there`;
  }
  if (adopts(cluster, "cacerts")) return `the CA of ${name} is somebody else's; remove it`;
  const hosted = hostedBy(name, clusters);
  return hosted && `${name} signs for ${hosted}; set it there`;
}

function lifetimes({ ca, workloadCertificates }: MeshSpec): Problem[] {
  const ttl = workloadCertificates?.ttlMinutes;
  const { intermediateValidityDays } = planCa(ca);
  const longest = Math.min(LONGEST_TTL_MINUTES, intermediateValidityDays * 24 * 60);
  if (ttl === undefined || (ttl >= 2 && ttl <= longest)) return [];
  return [
    {
      path: "workloadCertificates.ttlMinutes",
      message: `is ${ttl}; use 2 to ${longest}, at most 90 days and the lifetime of the intermediates`,
    },
  ];
}
