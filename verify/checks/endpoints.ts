import { HELLOWORLD_PORT } from "../../components/names";
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE, NETWORK_LABEL } from "../../components/names";
import { helloworldSeenFrom } from "../../components/spec/sample-apps/answers";
import { gatewaysFor } from "../../components/spec/gateway/plan";
import type { MeshPlan } from "../../components/spec/types";
import { endpointsOf, type EnvoyEndpoint } from "../envoy";
import {
  endpoint,
  type ExpectedEndpoints,
  expectedEndpoints,
  isExpected,
  type ServedAddresses,
} from "../expected-endpoints";
import type { ClusterClient } from "../kube/cluster-client";
import type { MeshReader } from "../kube/mesh-reader";
import { clientContainer, helloworldPods } from "../kube/pods";
import { failed, ok, type Outcome, type Probe } from "../probe";
import { gatewayAddresses } from "./gateway";

/** The proxy of each client knows helloworld of every cluster that it should, by the right way, and nothing else. */
export function endpoints(plan: MeshPlan): Probe[] {
  return plan.sampleApps
    .filter((apps) => apps.client)
    .flatMap(({ cluster: client, namespace }): Probe[] => [
      { check: "endpoints", cluster: client, run: (mesh) => checkOwn(mesh, client, namespace) },
      ...helloworldSeenFrom(plan, client)
        .filter((observed) => observed !== client)
        .map((observed): Probe => ({
          check: "endpoints",
          cluster: client,
          peer: observed,
          run: (mesh) => checkPeer(mesh, client, observed, namespace),
        })),
    ]);
}

/** The client's own cluster, and that no endpoint is there that belongs to no cluster. */
async function checkOwn(mesh: MeshReader, client: string, namespace: string): Promise<Outcome> {
  const known = await knownEndpoints(mesh.cluster(client), namespace);
  const { up, down } = await mesh.reachable(clustersBehind(mesh.plan, client));
  const served = await servedBy(up, namespace);
  const expected = expectedEndpoints(mesh.plan, client, served);
  const own = expected.find(({ observed }) => observed === client);
  const outcome = own === undefined ? ok("none planned here") : judge(known, own, podEndpoints(served));
  if (outcome.status === "failed") return outcome;
  if (down.length > 0) {
    return ok(
      `${outcome.detail}; others not told from strays while ${down.sort().join(", ")} cannot be read`,
    );
  }
  const strays = strayEndpoints(known, expected, podEndpoints(served));
  if (strays.length === 0) return outcome;
  return failed(
    `the proxy of the curl client in ${client} knows helloworld at ${strays.join(", ")} as well, which is no helloworld pod or gateway of the plan; ` +
      `compare with: istioctl proxy-config endpoints -n ${namespace} deploy/curl on ${client}, and look for other Services or ServiceEntries of that name`,
  );
}

async function checkPeer(
  mesh: MeshReader,
  client: string,
  observed: string,
  namespace: string,
): Promise<Outcome> {
  const sources = [...new Set([observed, ...gatewaysFor(mesh.plan, observed)])];
  const served = await servedBy(
    sources.map((name) => mesh.cluster(name)),
    namespace,
  );
  const expected = expectedEndpoints(mesh.plan, client, served).find((entry) => entry.observed === observed);
  if (expected === undefined || served.get(observed)?.pods.length === 0) {
    return failed(
      `${observed} has no ready helloworld pod; see: kubectl get pods -n ${namespace} -l app=helloworld`,
    );
  }
  return judge(await knownEndpoints(mesh.cluster(client), namespace), expected, podEndpoints(served));
}

/** Compares what a proxy knows with what it should know of one cluster. */
export function judge(
  known: readonly EnvoyEndpoint[],
  expected: ExpectedEndpoints,
  pods: ReadonlySet<string>,
): Outcome {
  const { observed, need } = expected;
  const found = known.filter(({ address }) => isExpected(address, expected, pods));
  const missing = expected.endpoints.filter((address) => !found.some((entry) => entry.address === address));
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
        : `the proxy does not know the gateway of ${observed} (${expected.endpoints.join(", ") || "no address"}) as an endpoint of helloworld; ` +
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
  pods: ReadonlySet<string>,
): string[] {
  return known
    .map(({ address }) => address)
    .filter((address) => !expected.some((entry) => isExpected(address, entry, pods)));
}

async function knownEndpoints(client: ClusterClient, namespace: string): Promise<EnvoyEndpoint[]> {
  const page = await client.proxyClusters(await clientContainer(client, namespace, "istio-proxy"));
  return endpointsOf(page, `outbound|${HELLOWORLD_PORT}||helloworld.${namespace}.svc.cluster.local`);
}

/** Every cluster whose pods or gateway can be an endpoint of helloworld for a client. */
function clustersBehind(plan: MeshPlan, client: string): string[] {
  const seen = helloworldSeenFrom(plan, client);
  return [...new Set([...seen, ...seen.flatMap((name) => gatewaysFor(plan, name))])];
}

async function servedBy(
  clusters: readonly ClusterClient[],
  namespace: string,
): Promise<Map<string, ServedAddresses>> {
  const entries = await Promise.all(
    clusters.map(async (cluster) => {
      const [pods, service] = await Promise.all([
        helloworldPods(cluster, namespace),
        cluster.service(ISTIO_NAMESPACE, EAST_WEST_GATEWAY),
      ]);
      return [
        cluster.name,
        {
          pods: pods.flatMap(({ status }) => status?.podIP ?? []),
          gateway: service === undefined ? [] : gatewayAddresses(service),
        },
      ] as const;
    }),
  );
  return new Map(entries);
}

function podEndpoints(served: ReadonlyMap<string, ServedAddresses>): Set<string> {
  return new Set(
    [...served.values()].flatMap(({ pods }) => pods.map((address) => endpoint(address, HELLOWORLD_PORT))),
  );
}

function list(entries: readonly EnvoyEndpoint[]): string {
  return entries.map(({ address }) => address).join(", ");
}
