import type { V1Pod } from "@kubernetes/client-node";

/** As many pods as asked for, of as many workloads as there are: one of each in turn. */
export function sample(pods: readonly V1Pod[], size: number): V1Pod[] {
  if (pods.length <= size) return [...pods];
  const byWorkload = new Map<string, V1Pod[]>();
  for (const pod of pods) {
    const workload = workloadOf(pod);
    byWorkload.set(workload, [...(byWorkload.get(workload) ?? []), pod]);
  }
  const groups = [...byWorkload.values()];
  const chosen: V1Pod[] = [];
  for (let round = 0; chosen.length < size; round++) {
    chosen.push(...groups.flatMap((group) => group[round] ?? []).slice(0, size - chosen.length));
  }
  return chosen;
}

function workloadOf({ metadata }: V1Pod): string {
  const [owner] = metadata?.ownerReferences ?? [];
  return `${metadata?.namespace}/${owner?.kind}/${owner?.name ?? metadata?.name}`;
}
