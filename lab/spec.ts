import type { LoadBalancerOptions } from "./load-balancer/controller";

/** What a lab consists of. */
export interface LabSpec {
  /** Name of the lab: its folder, its network namespaces. Labs of different names run side by side. */
  name: string;
  clusters: ClusterSpec[];
  /** Whether API servers log who asked them for what, in `clusters/NAME/logs/audit.log`. Default: false */
  audit?: boolean;
}

/** One cluster of a lab. Pods of clusters on the same network reach each other directly. */
export interface ClusterSpec {
  name: string;
  network: string;
  /** How many nodes it has. Default: 1 */
  nodes?: number;
  /**
   * Number N of its pod range, 10.N.0.0/16, and its Service range, 10.(100+N).0.0/24. Clusters of different networks may
   * have the same. Default: a number of its own
   */
  ranges?: number;
  /**
   * Whether its API server calls webhooks at the endpoints of their Services in place of their cluster addresses, and
   * knows the names of load balancers, as managed ones do. Default: false
   */
  aggregatorRouting?: boolean;
  /** What its load balancers are like. Default: an IP address at once */
  loadBalancer?: LoadBalancerOptions;
}

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** How many clusters one lab's address range holds. */
export const MAX_CLUSTERS = 62;

/** How many nodes a cluster may have. */
export const MAX_NODES = 9;

/**
 * cluster1 to clusterN. On networks of their own cluster2 has the pod and Service ranges of cluster1, as happens where
 * nobody has planned for one mesh.
 *
 * @param network - the network of all of them. Default: one network each, network1 to networkN
 */
export function defaultSpec(name: string, clusterCount = 3, network?: string): LabSpec {
  const clusters = Array.from({ length: clusterCount }, (_, index): ClusterSpec => ({
    name: `cluster${index + 1}`,
    network: network ?? `network${index + 1}`,
    ...(index === 1 && network === undefined ? { ranges: 1 } : {}),
  }));
  return { name, clusters };
}

/** Throws one error that lists everything that is wrong with a spec. */
export function checkSpec({ name, clusters }: LabSpec): void {
  const problems = [...labelProblem("name", name)];
  if (clusters.length > MAX_CLUSTERS)
    problems.push(`clusters: at most ${MAX_CLUSTERS}, not ${clusters.length}`);
  const seen = new Set<string>();
  clusters.forEach((cluster, index) => {
    problems.push(...labelProblem(`clusters[${index}].name`, cluster.name));
    problems.push(...labelProblem(`clusters[${index}].network`, cluster.network));
    if (cluster.nodes !== undefined && !(cluster.nodes >= 1 && cluster.nodes <= MAX_NODES))
      problems.push(`clusters[${index}].nodes: from 1 to ${MAX_NODES}, not ${cluster.nodes}`);
    if (seen.has(cluster.name)) problems.push(`clusters[${index}].name: ${cluster.name} is there twice`);
    seen.add(cluster.name);
  });
  if (problems.length > 0) throw new Error(`This lab cannot be built:\n  ${problems.join("\n  ")}`);
}

/** The name becomes part of namespace names and paths, so it is checked before anything is looked up by it. */
export function checkLabName(name: string): void {
  const [problem] = labelProblem("name", name);
  if (problem !== undefined) throw new Error(`No lab can have this ${problem}`);
}

function labelProblem(path: string, value: string): string[] {
  if (DNS_LABEL.test(value)) return [];
  return [`${path}: "${value}" is not a DNS label (a-z, 0-9 and -, at most 63 characters)`];
}
