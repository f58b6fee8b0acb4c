/**
 * The address plan. Everything that is reached across networks lies in 198.18.0.0/15, the range for benchmarks of
 * network devices (RFC 2544), which no real network uses: 512 /24 networks, 64 for each of 8 labs. The first /24 of a
 * lab is for its routers, each other one for a cluster. Pod and Service ranges are known inside a network only: all
 * labs use the same, and so may clusters of different networks.
 */

/** How many labs a machine can run at a time. */
export const LAB_SLOTS = 8;

const SUBNETS_PER_LAB = 64;
const FIRST_NETWORK_HOST = 10;
const LOAD_BALANCER_HOSTS = { first: 10, last: 250 } as const;

/** Port of every API server. */
export const API_PORT = 6443;

/** Addresses of a lab's routers. */
export interface LabAddresses {
  /** All that the lab shows to the host. */
  range: string;
  host: string;
  hub: string;
}

/** Addresses of one cluster. */
export interface ClusterAddresses {
  api: string;
  /** Holds the API server and the LoadBalancer addresses. */
  publicCidr: string;
  serviceCidr: string;
  /** ClusterIP of the Service kube-dns.kube-system. */
  dns: string;
  nodes: NodeAddresses[];
}

/** Addresses of one node. */
export interface NodeAddresses {
  /** The first of its pod range. */
  address: string;
  podCidr: string;
}

export function labAddresses(slot: number): LabAddresses {
  return { range: `${subnet(slot, 0)}.0/18`, host: `${subnet(slot, 0)}.1`, hub: `${subnet(slot, 0)}.2` };
}

/** The address under which a network's clusters appear to other networks. */
export function networkAddress(slot: number, networkIndex: number): string {
  return `${subnet(slot, 0)}.${FIRST_NETWORK_HOST + networkIndex}`;
}

/**
 * @param ranges - number of the cluster's pod and Service ranges, which clusters of other networks may have as well
 */
export function clusterAddresses(
  slot: number,
  { index, ranges = index, nodes = 1 }: { index: number; ranges?: number; nodes?: number },
): ClusterAddresses {
  const service = `10.${100 + ranges}.0`;
  return {
    api: `${subnet(slot, index)}.1`,
    publicCidr: `${subnet(slot, index)}.0/24`,
    serviceCidr: `${service}.0/24`,
    dns: `${service}.10`,
    nodes: Array.from({ length: nodes }, (_, node) => ({
      address: `10.${ranges}.${node}.1`,
      podCidr: `10.${ranges}.${node}.0/24`,
    })),
  };
}

/** The LoadBalancer addresses of a cluster in the order in which they are given out. */
export function loadBalancerAddresses(publicCidr: string): string[] {
  const prefix = publicCidr.replace(/0\/24$/, "");
  const { first, last } = LOAD_BALANCER_HOSTS;
  return Array.from({ length: last - first + 1 }, (_, index) => `${prefix}${first + index}`);
}

/** The smallest whole number from 1 that is not taken: numbers of what stays are never changed. */
export function firstFreeIndex(taken: readonly number[]): number {
  let index = 1;
  while (taken.includes(index)) index += 1;
  return index;
}

function subnet(slot: number, index: number): string {
  const number = slot * SUBNETS_PER_LAB + index;
  return `198.${18 + (number >> 8)}.${number & 255}`;
}
