import type { ClusterSpec, MeshSpec, Problem } from "../types";

/** Keys of a cluster that have another name now, by the one that they had. */
const PRESENT_KEYS = {
  caEpoch: "intermediateEpoch",
  caValidityDays: "intermediateValidityDays",
} as const satisfies Partial<Record<keyof ClusterSpec, keyof ClusterSpec>>;

type FormerKey = keyof typeof PRESENT_KEYS;

const FORMER_KEYS = Object.keys(PRESENT_KEYS) as FormerKey[];

/** A mesh as it is written now. Where a key has both of its names, which is a problem, the present one holds. */
export function withPresentKeys<S extends Pick<MeshSpec, "clusters">>(spec: S): S {
  if (!spec.clusters.some((cluster) => formerOf(cluster).length > 0)) return spec;
  return { ...spec, clusters: spec.clusters.map(present) };
}

/** Keys that have both of their names. */
export function twiceNamed({ clusters }: MeshSpec): Problem[] {
  return clusters.flatMap((cluster, index) =>
    formerOf(cluster)
      .filter((key) => cluster[PRESENT_KEYS[key]] !== undefined)
      .map((key) => ({
        path: `clusters[${index}].${key}`,
        message: `is the former name of ${PRESENT_KEYS[key]}, which is set too; remove it`,
      })),
  );
}

/** Keys that are still called what they were. */
export function formerNames({ clusters }: MeshSpec): Problem[] {
  return clusters.flatMap((cluster, index) =>
    formerOf(cluster).map((key) => ({
      path: `clusters[${index}].${key}`,
      message: `is called ${PRESENT_KEYS[key]} now, like the mesh's own; rename it, its meaning is the same`,
    })),
  );
}

function formerOf(cluster: ClusterSpec): FormerKey[] {
  return FORMER_KEYS.filter((key) => cluster[key] !== undefined);
}

function present(cluster: ClusterSpec): ClusterSpec {
  const { caEpoch, caValidityDays, ...others } = cluster;
  const former = {
    ...(caEpoch === undefined ? {} : { [PRESENT_KEYS.caEpoch]: caEpoch }),
    ...(caValidityDays === undefined ? {} : { [PRESENT_KEYS.caValidityDays]: caValidityDays }),
  };
  return { ...former, ...others };
}
