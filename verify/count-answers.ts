import type { ClientAnswers } from "./report";
import type { Answer } from "./request-loop";

/** What the name of an answering pod stands for if no cluster that can be read has it. */
const UNKNOWN = "unknown";

/** What a client's answers are held against. */
export interface ExpectedOfClient {
  readonly versions: readonly string[];
  /** Whether one version of these is enough. @default false */
  readonly anyOf?: boolean;
  /** Clusters that have to answer. */
  readonly clusters: readonly string[];
}

/** What a client got. */
export interface GotByClient {
  /** How many requests it was to send. */
  readonly requests: number;
  readonly answers: readonly Answer[];
  /** Attempts that failed in its proxy, by endpoint. */
  readonly retried?: Readonly<Record<string, number>>;
}

/** Counts the answers of a client by version and by cluster. @param clusterOf - cluster of each pod that can be read */
export function countAnswers(
  client: string,
  { requests, answers, retried = {} }: GotByClient,
  clusterOf: ReadonlyMap<string, string>,
  { versions: expected, anyOf = false, clusters }: ExpectedOfClient,
): ClientAnswers {
  const byVersion = tally(answers.map(({ version }) => version));
  const byCluster = tally(answers.map(({ pod }) => clusterOf.get(pod) ?? UNKNOWN));
  const failed = requests - answers.length;
  const versions = Object.keys(byVersion).sort();
  const asExpected = anyOf
    ? versions.every((version) => expected.includes(version))
    : versions.join() === [...expected].sort().join();
  return {
    client,
    requests,
    byVersion,
    byCluster,
    failed,
    retried,
    expectedVersions: expected,
    expectedClusters: clusters,
    ...(anyOf ? { anyOf } : {}),
    ok: failed === 0 && asExpected && clusters.every((cluster) => byCluster[cluster] !== undefined),
  };
}

/** Whether everybody answered who has to. @param unreadable - clusters of which it cannot be told */
export function isComplete(
  { byVersion, byCluster, expectedVersions, expectedClusters, anyOf }: ClientAnswers,
  unreadable: readonly string[],
): boolean {
  const versions = anyOf === true ? [] : expectedVersions;
  return (
    versions.every((version) => byVersion[version] !== undefined) &&
    expectedClusters.every((cluster) => unreadable.includes(cluster) || byCluster[cluster] !== undefined)
  );
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
