import { positionOf } from "../../pki/phases";
import { hostedBy } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { planCa } from "../ca/plan";
import type { ClusterSpec, MeshSpec, Problem, RootPhase } from "../types";

/** The phase that has to be verified before another one can begin. */
const VERIFIED_BEFORE: Partial<Record<RootPhase, RootPhase>> = {
  "sign-new": "trust-both",
  "drop-old": "sign-new",
};

/** Istio's MAX_WORKLOAD_CERT_TTL. */
const LONGEST_TTL_MINUTES = 90 * 24 * 60;

/** The settings by which certificates are renewed make sense on their own; what the state allows is checked by hooks. */
export function root(spec: MeshSpec): Problem[] {
  return [...position(spec), ...verified(spec), ...epochs(spec), ...lifetimes(spec)];
}

function position({ ca }: MeshSpec): Problem[] {
  const { generation, phase } = positionOf(ca?.root);
  if (phase === "stable" || generation > 1) return [];
  return [
    {
      path: "ca.root.generation",
      message: `is 1, but phase ${phase} is about the change to another root; raise it by one, to 2 for the first rotation`,
    },
  ];
}

function verified({ ca }: MeshSpec): Problem[] {
  const { phase } = positionOf(ca?.root);
  const needed = VERIFIED_BEFORE[phase];
  if (ca?.root?.verified === needed) return [];
  const path = "ca.root.verified";
  if (needed === undefined) return [{ path, message: `has no meaning in phase ${phase}; remove it` }];
  return [
    {
      path,
      message: `must be ${needed} for phase ${phase}; run pulumi up in phase ${needed}, then npm run verify until it passes, then set it`,
    },
  ];
}

function epochs({ clusters }: MeshSpec): Problem[] {
  return clusters.flatMap((cluster, index) => {
    const reason = whyNoCa(cluster, clusters);
    if (reason === undefined) return [];
    return (["caEpoch", "caValidityDays"] as const)
      .filter((key) => cluster[key] !== undefined)
      .map((key) => ({ path: `clusters[${index}].${key}`, message: `is set, but ${reason}` }));
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
