import type { V1EndpointSlice, V1Service } from "@kubernetes/client-node";
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE, NETWORK_LABEL } from "../../components/names";
import { exportersFor } from "../../components/spec/imports/exporters";
import { visibleFrom } from "../../components/topology/links";
import type { ClusterPlan, GatewayPlan, MeshPlan } from "../../components/spec/types";
import { gatewayPorts } from "../../components/topology/ports";
import {
  connected,
  dialCommand,
  type Dials,
  dialSeconds,
  readDials,
  reasonOf,
  servicesUrl,
  singleDialCommand,
  statusUrl,
} from "../dial";
import { ask, type Asked } from "../kube/ask";
import type { ClusterReader, ExecTarget } from "../kube/cluster-reader";
import { ExecError } from "../kube/exec";
import type { MeshReader } from "../kube/mesh-reader";
import { proxiesToAsk } from "../kube/pods";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";

const WHERE = `Service ${ISTIO_NAMESPACE}/${EAST_WEST_GATEWAY}`;

/** Each east-west gateway has an address, planned ports only and pods, and takes connections from other networks. */
export function gateway(plan: MeshPlan): Probe[] {
  return plan.clusters.flatMap((cluster) => {
    const { name, gateway: planned } = cluster;
    if (planned === undefined) return [];
    return [
      { check: "gateway", cluster: name, run: (mesh) => checkService(mesh, cluster, planned) },
      ...clientsOf(cluster, plan).map((client): Probe => ({
        check: "gateway",
        cluster: client,
        peer: name,
        run: (mesh) => checkWay(mesh, client, name),
      })),
    ];
  });
}

/** Clusters whose proxies reach `cluster` through its gateway: of other networks, or importers. */
export function clientsOf(cluster: ClusterPlan, plan: MeshPlan): string[] {
  if (!cluster.gateway?.exposesServices) return [];
  return plan.clusters
    .filter(
      ({ name, network }) =>
        (network !== cluster.network && visibleFrom(name, plan).includes(cluster.name)) ||
        exportersFor(plan, name).includes(cluster.name),
    )
    .map(({ name }) => name);
}

async function checkService(mesh: MeshReader, cluster: ClusterPlan, planned: GatewayPlan): Promise<Outcome> {
  const reader = mesh.cluster(cluster.name);
  const [service, slices] = await Promise.all([
    reader.service(ISTIO_NAMESPACE, EAST_WEST_GATEWAY),
    reader.endpointSlices(ISTIO_NAMESPACE, EAST_WEST_GATEWAY),
  ]);
  return judgeGateway(cluster, planned, service, slices);
}

/** Compares a gateway's Service, and what is ready behind it, with the plan. */
export function judgeGateway(
  { name, network }: ClusterPlan,
  planned: GatewayPlan,
  service: V1Service | undefined,
  slices: readonly V1EndpointSlice[],
): Outcome {
  if (service === undefined) return failed(`${WHERE} of ${name} does not exist; run pulumi up --refresh`);
  const addresses = gatewayAddresses(service);
  if (addresses.length === 0) return failed(noAddress(name));
  const ports = sorted(service.spec?.ports ?? []);
  const expected = sorted(gatewayPorts(planned));
  if (ports !== expected) {
    return failed(
      `${WHERE} of ${name} opens ports ${ports} instead of ${expected}; ` +
        "take the others out of the gateway's values (service.ports), then pulumi up --refresh",
    );
  }
  const label = service.metadata?.labels?.[NETWORK_LABEL];
  if (label !== network) {
    return failed(
      `label ${NETWORK_LABEL} of ${WHERE} in ${name} is ${label ?? "missing"}, and should be ${network}: ` +
        "istiods take it for no gateway of that network; run pulumi up --refresh",
    );
  }
  const ready = readyAddresses(slices);
  if (ready.length > 0) return ok(`${addresses.join(", ")}, ${ready.length} ready behind it`);
  return failed(
    `${WHERE} of ${name} has no ready endpoint behind ${addresses.join(", ")}; ` +
      `see: kubectl get deployments,pods -n ${ISTIO_NAMESPACE} -l app=${EAST_WEST_GATEWAY} on ${name}`,
  );
}

/** Addresses that take new connections; a condition that is not set counts as met. */
function readyAddresses(slices: readonly V1EndpointSlice[]): string[] {
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  return endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses);
}

/** Numbers of ports, for comparison and for people. */
export function sorted(ports: readonly { readonly port: number }[]): string {
  return ports
    .map(({ port }) => port)
    .sort((a, b) => a - b)
    .join(", ");
}

async function checkWay(mesh: MeshReader, observer: string, observed: string): Promise<Outcome> {
  const [address] = await addressesOf(mesh.cluster(observed));
  if (address === undefined) return failed(noAddress(observed));
  const dials = await dialledFrom(mesh, observer);
  if (dials === undefined) return skipped(`${observer} has no running proxy to try from`);
  return judgeWay(dials, address, observer, observed);
}

/** What a try of a gateway from another cluster means. */
export function judgeWay(
  { answer, target, remark }: Asked<Dials>,
  address: string,
  observer: string,
  observed: string,
): Outcome {
  const faults = [
    [statusUrl(address), answer.get(statusUrl(address)) === "ok"] as const,
    [servicesUrl(address), connected(answer.get(servicesUrl(address)))] as const,
  ].filter(([, good]) => !good);
  if (faults.length === 0) return ok(`${address} takes connections of pod ${target.pod}${remark}`);
  const reasons = faults.map(([url]) => `${url} (${reasonOf(answer.get(url))})`).join(" and ");
  return failed(
    `the gateway of ${observed} does not answer proxies of ${observer} at ${reasons}; ` +
      `check its pods (kubectl get pods -n ${ISTIO_NAMESPACE} -l app=${EAST_WEST_GATEWAY} on ${observed}), that its hosts ` +
      `match a service, firewalls and the load balancer's source ranges${remark}`,
  );
}

/** Tries all gateways that a cluster's proxies use, from one of these; nothing if it has none. */
function dialledFrom(mesh: MeshReader, observer: string): Promise<Asked<Dials> | undefined> {
  return mesh.once(`dialled from ${observer}`, async () => {
    const cluster = mesh.cluster(observer);
    const targets = await proxiesToAsk(mesh.plan, cluster);
    if (targets === undefined) return undefined;
    const observed = mesh.plan.clusters.filter((other) => clientsOf(other, mesh.plan).includes(observer));
    // What cannot be read of one gateway is said in its own row.
    const found = await Promise.all(
      observed.map(({ name }) => addressesOf(mesh.cluster(name)).catch((): string[] => [])),
    );
    const urls = found.flatMap(([address]) =>
      address === undefined ? [] : [statusUrl(address), servicesUrl(address)],
    );
    return ask(targets, (target) => dial(cluster, target, urls));
  });
}

async function dial(cluster: ClusterReader, target: ExecTarget, urls: readonly string[]): Promise<Dials> {
  try {
    return readDials(await cluster.exec(target, dialCommand(urls), dialSeconds(urls)));
  } catch (error) {
    if (!lacksShell(error)) throw error;
    return dialOneByOne(cluster, target, urls);
  }
}

async function dialOneByOne(
  cluster: ClusterReader,
  target: ExecTarget,
  urls: readonly string[],
): Promise<Dials> {
  const dials = new Map<string, string>();
  for (const url of urls) {
    const said = cluster.exec(target, singleDialCommand(url)).then(
      () => "ok",
      (error: unknown) => {
        if (error instanceof ExecError) return error.message;
        throw error;
      },
    );
    dials.set(url, await said);
  }
  return dials;
}

/** As of Istio's distroless images. */
function lacksShell(error: unknown): boolean {
  return error instanceof ExecError && /"sh": (executable file not found|.*no such file)/.test(error.message);
}

/** Addresses of the gateway of a cluster; none where it has none yet. */
export async function addressesOf(cluster: ClusterReader): Promise<string[]> {
  const service = await cluster.service(ISTIO_NAMESPACE, EAST_WEST_GATEWAY);
  return service === undefined ? [] : gatewayAddresses(service);
}

function noAddress(name: string): string {
  return `${WHERE} of ${name} has no load balancer address; see: kubectl describe service -n ${ISTIO_NAMESPACE} ${EAST_WEST_GATEWAY}`;
}

/** Addresses of a gateway's load balancer, IPs or hostnames. */
export function gatewayAddresses(service: V1Service): string[] {
  return (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
}
