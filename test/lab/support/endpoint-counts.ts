/** What a proxy has counted for an endpoint since it knows it. */
export interface Count {
  readonly requests: number;
  readonly connections: number;
}

/** The counts of a service's endpoints, by address with port. */
export type EndpointCounts = ReadonlyMap<string, Count>;

/**
 * The counts of one of a proxy's clusters: of one endpoint each, as for one that it no longer knows they are lost.
 *
 * @param page - `clusters` of Envoy's admin interface
 * @see https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--clusters
 */
export function endpointCounts(page: string, cluster: string): EndpointCounts {
  const lines = page.split("\n").map((line) => line.split("::"));
  const own = lines.filter(([name, address]) => name === cluster && /:\d+$/.test(address ?? ""));
  const countOf = (endpoint: string, counter: string) =>
    Number(own.find(([, address, each]) => address === endpoint && each === counter)?.[3] ?? 0);
  return new Map(
    own.map(([, address = ""]) => [
      address,
      { requests: countOf(address, "rq_total"), connections: countOf(address, "cx_total") },
    ]),
  );
}

/** What has been counted in between, over all endpoints. One that has gone and come again counts from its return. */
export function countedSince(before: EndpointCounts, now: EndpointCounts): Count {
  const sum = (counter: keyof Count) =>
    [...now].reduce((total, [address, count]) => {
      const earlier = before.get(address)?.[counter] ?? 0;
      return total + count[counter] - (earlier > count[counter] ? 0 : earlier);
    }, 0);
  return { requests: sum("requests"), connections: sum("connections") };
}
