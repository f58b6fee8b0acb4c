import { endpointsOf } from "../../../verify";
import { clientExec } from "./pods";
import type { Suite } from "./suite";

/** Port of east-west gateways for other networks. */
export const GATEWAY_PORT = 15443;

/** Names of the istiod pods of a cluster, without those that are being ended. */
export function istiodPods(suite: Suite, cluster: string): string[] {
  const { items } = JSON.parse(
    suite.kubectl(cluster, "get", "pods", "-n", "istio-system", "-l", "app=istiod", "-o", "json"),
  ) as { items: { metadata: { name: string; deletionTimestamp?: string } }[] };
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

/** Addresses behind a Service. */
export function endpointAddresses(
  suite: Suite,
  cluster: string,
  namespace: string,
  service: string,
): string[] {
  const selector = `kubernetes.io/service-name=${service}`;
  const path = 'jsonpath={range .items[*].endpoints[*]}{.addresses[0]}{"\\n"}{end}';
  return lines(suite.kubectl(cluster, "get", "endpointslices", "-n", namespace, "-l", selector, "-o", path));
}

/** The ports of each east-west gateway of a cluster. */
export function gatewayServices(suite: Suite, cluster: string): number[][] {
  const path = 'jsonpath={range .items[*]}{.spec.ports[*].port}{"\\n"}{end}';
  const selector = "topology.istio.io/network";
  const text = suite.kubectl(cluster, "get", "services", "-n", "istio-system", "-l", selector, "-o", path);
  return lines(text).map((ports) => ports.split(" ").map(Number));
}

/** What the live proxy of a cluster's client has as endpoints of helloworld, sorted. */
export async function proxyEndpoints(suite: Suite, cluster: string): Promise<string[]> {
  const page = await clientExec(suite, cluster, "istio-proxy", ["pilot-agent", "request", "GET", "clusters"]);
  return endpointsOf(page, "outbound|5000||helloworld.sample.svc.cluster.local")
    .map(({ address }) => address)
    .sort();
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
