import { isIP, isIPv6 } from "node:net";
import { AUTO_PASSTHROUGH_PORT, HELLOWORLD_PORT } from "../components/names";
import { gatewaysFor } from "../components/spec/gateway/plan";
import { helloworldSeenFrom } from "../components/spec/sample-apps/answers";
import type { MeshPlan } from "../components/spec/types";

/** Addresses that a cluster has in fact: of its helloworld pods, and of its gateway (IPs or hostnames). */
export interface ServedAddresses {
  readonly pods: readonly string[];
  readonly gateway: readonly string[];
}

/** The endpoints through which a client's proxy has to reach one cluster's helloworld. */
export interface ExpectedEndpoints {
  readonly observed: string;
  /** `address:port` each. */
  readonly endpoints: readonly string[];
  /** Whether all of them must be there (pods), or one is enough (a network's gateways). */
  readonly need: "all" | "one";
  /** Whether a gateway is known by hostname: istiod resolves it, so its addresses cannot be told from here. */
  readonly byHostname: boolean;
}

/**
 * What a client's proxy should know of helloworld, for each cluster that its control plane knows and that
 * runs helloworld. Clusters of its own network by their pods, others by their network's gateway.
 *
 * @param served - by cluster name; clusters that it leaves out are left out of the answer
 */
export function expectedEndpoints(
  plan: MeshPlan,
  client: string,
  served: ReadonlyMap<string, ServedAddresses>,
): ExpectedEndpoints[] {
  const network = new Map(plan.clusters.map((cluster) => [cluster.name, cluster.network]));
  return helloworldSeenFrom(plan, client).flatMap((observed): ExpectedEndpoints[] => {
    const addresses = served.get(observed);
    if (addresses === undefined) return [];
    if (network.get(observed) === network.get(client)) {
      const endpoints = addresses.pods.map((address) => endpoint(address, HELLOWORLD_PORT));
      return [{ observed, endpoints, need: "all", byHostname: false }];
    }
    const gateways = gatewaysFor(plan, observed).flatMap((name) => served.get(name)?.gateway ?? []);
    return [
      {
        observed,
        endpoints: gateways
          .filter((address) => isIP(address) !== 0)
          .map((address) => endpoint(address, AUTO_PASSTHROUGH_PORT)),
        need: "one",
        byHostname: gateways.some((address) => isIP(address) === 0),
      },
    ];
  });
}

/** Whether an endpoint may belong to an expected set. */
export function isExpected(
  address: string,
  expected: ExpectedEndpoints,
  podEndpoints: ReadonlySet<string>,
): boolean {
  if (expected.endpoints.includes(address)) return true;
  return expected.byHostname && address.endsWith(`:${AUTO_PASSTHROUGH_PORT}`) && !podEndpoints.has(address);
}

/** `address:port` as Envoy writes it. */
export function endpoint(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
