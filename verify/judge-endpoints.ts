import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE, NETWORK_LABEL } from "../components/names";
import type { EnvoyEndpoint } from "./envoy";
import type { ExpectedEndpoints } from "./expected-endpoints";
import { failed, ok, type Outcome } from "./probe";

/** Compares what a proxy knows with what it should know of one cluster. @param pods - endpoints that are pods */
export function judgeEndpoints(
  known: readonly EnvoyEndpoint[],
  { observed, need, endpoints }: ExpectedEndpoints,
  pods: ReadonlySet<string>,
): Outcome {
  const found = known.filter(({ address }) => endpoints.includes(address));
  const missing = endpoints.filter((address) => !found.some((entry) => entry.address === address));
  if (need === "all" && missing.length > 0) {
    return failed(
      `the proxy does not know helloworld of ${observed} at ${missing.join(", ")}; see the remote-sync rows, then istiod's log`,
    );
  }
  if (found.length === 0) {
    const bypass = known.filter(({ address }) => need === "one" && pods.has(address));
    return failed(
      bypass.length > 0
        ? `the proxy has pod addresses of ${observed} (${list(bypass)}), which lie on another network: istiod does not know its gateway; ` +
            `check the label ${NETWORK_LABEL} of namespace ${ISTIO_NAMESPACE} and of Service ${EAST_WEST_GATEWAY} in ${observed}, and the gateway rows`
        : `the proxy does not know the gateway of ${observed} (${endpoints.join(", ") || "no address"}) as an endpoint of helloworld; ` +
            "see the remote-sync and gateway rows, then istiod's log",
    );
  }
  const sick = found.filter(({ health }) => health !== "healthy");
  if (sick.length > 0) {
    return failed(
      `${observed} is known, but not healthy: ${sick.map(({ address, health }) => `${address} ${health}`).join(", ")}; see the log of its pods or gateway`,
    );
  }
  return ok(list(found));
}

/** Endpoints that belong to no cluster of the plan. */
export function strayEndpoints(
  known: readonly EnvoyEndpoint[],
  expected: readonly ExpectedEndpoints[],
): string[] {
  return known
    .map(({ address }) => address)
    .filter((address) => !expected.some(({ endpoints }) => endpoints.includes(address)));
}

function list(entries: readonly EnvoyEndpoint[]): string {
  return entries.map(({ address }) => address).join(", ");
}
