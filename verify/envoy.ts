/** An endpoint of an Envoy cluster as Envoy itself sees it. */
export interface EnvoyEndpoint {
  /** `address:port`, an IPv6 address in brackets. */
  readonly address: string;
  /** Envoy's health flags; `healthy` when none is set. */
  readonly health: string;
  /** Connections that were ever opened to it. */
  readonly connections: number;
  /** Attempts that failed on it, each of which may have been made again elsewhere. */
  readonly failures: number;
  /** The host name from which Envoy has the address. @default - none: it was given the address */
  readonly hostname?: string;
}

/**
 * Endpoints of one cluster on Envoy's admin page `/clusters`.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--clusters
 */
export function endpointsOf(page: string, cluster: string): EnvoyEndpoint[] {
  const found = new Map<string, Record<string, string>>();
  for (const line of page.split("\n")) {
    if (!line.startsWith(`${cluster}::`)) continue;
    // Lines about the cluster itself have no address before the property's name.
    const match = /^(.+:\d+)::(\w+)::(.*)$/.exec(line.slice(cluster.length + 2).trimEnd());
    if (match === null) continue;
    const [, address = "", property = "", value = ""] = match;
    const properties = found.get(address) ?? {};
    properties[property] = value;
    found.set(address, properties);
  }
  return [...found].map(([address, properties]) => ({
    address,
    health: properties["health_flags"] ?? "unknown",
    connections: Number(properties["cx_total"] ?? 0),
    failures: Number(properties["rq_error"] ?? 0),
    ...(properties["hostname"] ? { hostname: properties["hostname"] } : {}),
  }));
}
