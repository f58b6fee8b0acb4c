import { isIPv6 } from "node:net";
import { AUTO_PASSTHROUGH_PORT, HELLOWORLD_PORT } from "../components/names";
import { gatewaysFor } from "../components/spec/gateway/plan";
import { helloworldSeenFrom } from "../components/spec/sample-apps/answers";
import type { MeshPlan } from "../components/spec/types";

/** Addresses that a cluster has in fact: of its helloworld pods, and of its gateway, as the client's istiod resolves them. */
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
      return [{ observed, endpoints, need: "all" }];
    }
    const gateways = gatewaysFor(plan, observed).flatMap((name) => served.get(name)?.gateway ?? []);
    return [
      {
        observed,
        endpoints: gateways.map((address) => endpoint(address, AUTO_PASSTHROUGH_PORT)),
        need: "one",
      },
    ];
  });
}

/** `address:port` as Envoy writes it. */
export function endpoint(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
