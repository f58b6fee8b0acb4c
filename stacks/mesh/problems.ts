import type { ClusterPlan, Problem } from "../../components/spec/types";

/** One message for all problems of a mesh. */
export function describeProblems(key: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return [
    `${key} has ${count}; nothing was touched:`,
    ...problems.map(({ path, message }) => `  - ${path === "" ? key : path} ${message}`),
  ].join("\n");
}

/** A cluster by its place in the config and its name, to begin a sentence about it. */
export function clusterPath(name: string | undefined, clusters: readonly ClusterPlan[]): string {
  return `clusters[${clusters.findIndex((cluster) => cluster.name === name)}] (${name})`;
}
