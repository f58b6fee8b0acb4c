import { isIP } from "node:net";
import {
  AUTO_PASSTHROUGH_PORT,
  EAST_WEST_GATEWAY,
  HELLOWORLD_PORT,
  ISTIO_NAMESPACE,
} from "../../components/names";
import { gatewaysFor } from "../../components/spec/gateway/plan";
import { helloworldSeenFrom } from "../../components/spec/sample-apps/answers";
import { helloworldHost } from "../../components/spec/services/hosts";
import { isMember, istiodOf, visibleFrom } from "../../components/topology/links";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import { endpointsOf, type EnvoyEndpoint } from "../envoy";
import { outboundCluster } from "../envoy-config";
import { endpoint, expectedEndpoints, type ServedAddresses } from "../expected-endpoints";
import { importsHelloworld, isSomeGateway } from "../imported";
import { judgeEndpoints, strayEndpoints } from "../judge-endpoints";
import { adminPage, sharedPage } from "../kube/admin-page";
import type { ClusterReader, ExecTarget } from "../kube/cluster-reader";
import { gatewaysKnownIn, type NetworkGateway } from "../kube/istiod";
import type { MeshReader } from "../kube/mesh-reader";
import { clientContainers, hasClient, helloworldPods } from "../kube/pods";
import { failed, ok, type Outcome, type Probe } from "../probe";
import { clientsOf, gatewayAddresses } from "./gateway";
import { namesFault } from "./names";

/**
 * The proxy of each client knows helloworld of every cluster that it should, by the right way, and nothing else. Where
 * there is no client, its istiod knows the gateways that it should.
 */
export function endpoints(plan: MeshPlan): Probe[] {
  return plan.clusters.filter(isMember).flatMap(({ name }) => {
    const apps = plan.sampleApps.find(({ cluster }) => cluster === name);
    return apps !== undefined && hasClient(plan, name)
      ? clientRows(plan, name, apps.namespace)
      : istiodRows(plan, name);
  });
}

function clientRows(plan: MeshPlan, client: string, namespace: string): Probe[] {
  return [
    { check: "endpoints", cluster: client, run: (mesh) => checkOwn(mesh, client, namespace) },
    ...helloworldSeenFrom(plan, client)
      .filter((observed) => observed !== client)
      .map((observed): Probe => ({
        check: "endpoints",
        cluster: client,
        peer: observed,
        run: (mesh) => checkPeer(mesh, client, observed, namespace),
      })),
  ];
}

function istiodRows(plan: MeshPlan, client: string): Probe[] {
  return plan.clusters
    .filter((observed) => clientsOf(observed, plan).includes(client))
    .filter(({ name }) => visibleFrom(client, plan).includes(name))
    .map((observed): Probe => ({
      check: "endpoints",
      cluster: client,
      peer: observed.name,
      run: (mesh) => checkIstiod(mesh, client, observed),
    }));
}

/** The client's own cluster, and that no endpoint is there that belongs to no cluster. */
async function checkOwn(mesh: MeshReader, client: string, namespace: string): Promise<Outcome> {
  const { known, remark } = await knownEndpoints(mesh, client, namespace);
  const { up, down } = await mesh.reachable(clustersBehind(mesh.plan, client));
  const served = await servedBy(mesh, client, up, namespace);
  const expected = expectedEndpoints(mesh.plan, client, served);
  const own = expected.find(({ observed }) => observed === client);
  const outcome =
    own === undefined ? ok("none planned here") : judgeEndpoints(known, own, podEndpoints(served));
  if (outcome.status === "failed") return outcome;
  if (down.length > 0) {
    return ok(
      `${outcome.detail}; others not told from strays while ${down.sort().join(", ")} cannot be read${remark}`,
    );
  }
  const isImported = importsHelloworld(mesh.plan, client, namespace);
  const strays = strayEndpoints(
    // The import rows tell whose gateways these are.
    known.filter((entry) => !isImported || !isSomeGateway(entry)),
    expected,
  );
  if (strays.length === 0) return ok(outcome.detail + remark);
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
    mesh,
    client,
    sources.map((name) => mesh.cluster(name)),
    namespace,
  );
  const expected = expectedEndpoints(mesh.plan, client, served).find((entry) => entry.observed === observed);
  if (expected === undefined || served.get(observed)?.pods.length === 0) {
    return failed(
      `${observed} has no ready helloworld pod; see: kubectl get pods -n ${namespace} -l app=helloworld`,
    );
  }
  const { known } = await knownEndpoints(mesh, client, namespace);
  const outcome = judgeEndpoints(known, expected, podEndpoints(served));
  return outcome.status === "failed"
    ? outcome
    : ((await namesFault(mesh, client, observed, namespace)) ?? outcome);
}

async function checkIstiod(mesh: MeshReader, client: string, observed: ClusterPlan): Promise<Outcome> {
  const service = await mesh.cluster(observed.name).service(ISTIO_NAMESPACE, EAST_WEST_GATEWAY);
  const place = istiodOf(mesh.plan, client);
  const addresses = service === undefined ? [] : gatewayAddresses(service);
  return judgeKnownGateways(await gatewaysKnownIn(mesh, place), addresses, place, observed);
}

/** Whether an istiod knows a cluster's gateway by its address, or by what it resolves its host name to. */
export function judgeKnownGateways(
  known: readonly NetworkGateway[],
  addresses: readonly string[],
  place: string,
  { name, network }: ClusterPlan,
): Outcome {
  const found = known.filter((gateway) => gateway.cluster === name && gateway.network === network);
  const right = found.filter(({ address }) => addresses.includes(address) || addresses.some(isHostName));
  const told = right.map(({ address }) => endpoint(address, AUTO_PASSTHROUGH_PORT)).join(", ");
  if (right.length > 0)
    return ok(`istiod of ${place} knows ${told}; no proxy was asked, for want of a curl client`);
  return failed(
    `istiod of ${place} does not know the gateway of ${name} (${addresses.join(", ") || "no address"}) as one of ${network}; ` +
      "see the network, remote-sync and gateway rows, then istiod's log",
  );
}

async function knownEndpoints(
  mesh: MeshReader,
  client: string,
  namespace: string,
): Promise<{ known: EnvoyEndpoint[]; remark: string }> {
  const cluster = mesh.cluster(client);
  const targets = await clientContainers(cluster, namespace, "istio-proxy");
  const { answer, remark } = await sharedPage(mesh, cluster, targets, "clusters");
  return { known: helloworldOn(answer, namespace), remark };
}

/** The endpoints of helloworld in a client's proxy. */
export async function helloworldEndpoints(
  cluster: ClusterReader,
  target: ExecTarget,
): Promise<EnvoyEndpoint[]> {
  return helloworldOn(await adminPage(cluster, target, "clusters"), target.namespace);
}

function helloworldOn(page: string, namespace: string): EnvoyEndpoint[] {
  return endpointsOf(page, outboundCluster(helloworldHost(namespace), HELLOWORLD_PORT));
}

/** Every cluster whose pods or gateway can be an endpoint of helloworld for a client. */
function clustersBehind(plan: MeshPlan, client: string): string[] {
  const seen = helloworldSeenFrom(plan, client);
  return [...new Set([...seen, ...seen.flatMap((name) => gatewaysFor(plan, name))])];
}

async function servedBy(
  mesh: MeshReader,
  client: string,
  clusters: readonly ClusterReader[],
  namespace: string,
): Promise<Map<string, ServedAddresses>> {
  const entries = await Promise.all(
    clusters.map(async (cluster) => {
      const [pods, service] = await Promise.all([
        helloworldPods(cluster, namespace),
        cluster.service(ISTIO_NAMESPACE, EAST_WEST_GATEWAY),
      ]);
      const addresses = service === undefined ? [] : gatewayAddresses(service);
      const gateway = await resolved(mesh, client, cluster.name, addresses);
      return [cluster.name, { pods: pods.flatMap(({ status }) => status?.podIP ?? []), gateway }] as const;
    }),
  );
  return new Map(entries);
}

/** A client's proxies get host names as what their istiod resolves them to: its DNS counts, not this machine's. */
async function resolved(
  mesh: MeshReader,
  client: string,
  cluster: string,
  addresses: readonly string[],
): Promise<string[]> {
  if (!addresses.some(isHostName)) return [...addresses];
  const known = await gatewaysKnownIn(mesh, istiodOf(mesh.plan, client));
  const ofHost = known.filter((gateway) => gateway.cluster === cluster).map(({ address }) => address);
  return [...addresses.filter((address) => !isHostName(address)), ...ofHost];
}

function isHostName(address: string): boolean {
  return isIP(address) === 0;
}

function podEndpoints(served: ReadonlyMap<string, ServedAddresses>): Set<string> {
  return new Set(
    [...served.values()].flatMap(({ pods }) => pods.map((address) => endpoint(address, HELLOWORLD_PORT))),
  );
}
