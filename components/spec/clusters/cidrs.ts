import { BlockList, isIP } from "node:net";
import type { ClusterSpec, MeshSpec, Problem } from "../types";

/** A list of address ranges that a cluster has, and where the spec says so. */
interface Ranges {
  readonly cluster: ClusterSpec;
  readonly kind: "pod" | "Service";
  readonly path: string;
  readonly cidrs: readonly string[];
}

/**
 * Ranges are CIDRs; those of one cluster do not overlap, nor do those of one kind within a network, where the same
 * address would mean pods of two clusters.
 */
export function cidrs({ clusters }: MeshSpec): Problem[] {
  const all = clusters.flatMap(rangesOf);
  return all.flatMap((ranges, index) => [
    ...cidrProblems(ranges.cidrs, ranges.path),
    ...all.slice(0, index).flatMap((earlier) => overlaps(ranges, earlier)),
  ]);
}

/** Items of a list that are no CIDRs. */
export function cidrProblems(list: readonly string[] | undefined, path: string): Problem[] {
  return (list ?? []).flatMap((cidr, index) =>
    parseCidr(cidr) === undefined
      ? [{ path: `${path}[${index}]`, message: `"${cidr}" is not a CIDR such as 203.0.113.0/24` }]
      : [],
  );
}

function rangesOf(cluster: ClusterSpec, index: number): Ranges[] {
  const path = `clusters[${index}]`;
  return [
    { cluster, kind: "pod", path: `${path}.podCidrs`, cidrs: cluster.podCidrs ?? [] },
    { cluster, kind: "Service", path: `${path}.serviceCidrs`, cidrs: cluster.serviceCidrs ?? [] },
  ];
}

function overlaps(ranges: Ranges, earlier: Ranges): Problem[] {
  const { cluster, kind, path } = ranges;
  const sameCluster = cluster === earlier.cluster;
  if (!sameCluster && (kind !== earlier.kind || cluster.network !== earlier.cluster.network)) return [];
  const where = sameCluster ? "of the same cluster" : `of ${earlier.cluster.name} on the same network`;
  const mend = sameCluster
    ? "correct one of them"
    : `correct one of them, or give the clusters different networks, joined by gateways`;
  return ranges.cidrs.flatMap((cidr, index) =>
    earlier.cidrs
      .filter((other) => overlap(cidr, other))
      .map((other) => ({
        path: `${path}[${index}]`,
        message: `${cidr} of ${cluster.name} overlaps the ${earlier.kind} range ${other} ${where}; ${mend}`,
      })),
  );
}

interface Cidr {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

function parseCidr(text: string): Cidr | undefined {
  const [address = "", bits = "", ...rest] = text.split("/");
  const version = isIP(address);
  const isPrefix = /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
  if (version === 0 || !isPrefix || rest.length > 0) return undefined;
  return { address, bits: Number(bits), family: version === 4 ? "ipv4" : "ipv6" };
}

/** Of two ranges that overlap, the wider one holds the other's address. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a !== undefined && b !== undefined && (holds(a, b) || holds(b, a));
}

function holds(range: Cidr, { address, family }: Cidr): boolean {
  if (range.family !== family) return false;
  const block = new BlockList();
  block.addSubnet(range.address, range.bits, range.family);
  return block.check(address, family);
}
