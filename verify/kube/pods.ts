import type { V1Pod } from "@kubernetes/client-node";
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from "../../components/names";
import type { MeshPlan, SampleAppsPlan } from "../../components/spec/types";
import type { ClusterReader, ExecTarget } from "./cluster-reader";

const PROXY = "istio-proxy";

/** Containers to ask, the best first. */
export type Targets = readonly [ExecTarget, ...ExecTarget[]];

/** Whether a pod serves: its readiness probes pass and it is not on its way out. */
export function isReady({ metadata, status }: V1Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True");
  return ready === true && metadata?.deletionTimestamp === undefined;
}

/** Whether a pod runs, has a proxy, and is not on its way out. */
export function hasLiveProxy(pod: V1Pod): boolean {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return pod.status?.phase === "Running" && isLive(pod) && containers.some(({ name }) => name === PROXY);
}

/** Whether a pod has not ended and is not on its way out, though it may not have begun yet. */
export function isLive({ status, metadata }: V1Pod): boolean {
  const ended = status?.phase === "Succeeded" || status?.phase === "Failed";
  return !ended && metadata?.deletionTimestamp === undefined;
}

/** Whether a pod's proxy serves. */
export function isProxyReady({ status }: V1Pod): boolean {
  const containers = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return containers.some(({ name, ready }) => name === PROXY && ready);
}

/** A container of a pod; its proxy unless another is named. */
export function containerOf({ metadata }: V1Pod, container = PROXY): ExecTarget {
  return { namespace: metadata?.namespace ?? "", pod: metadata?.name ?? "", container };
}

/** The sample applications of a cluster, if it has any. */
export function sampleAppsOf(plan: MeshPlan, cluster: string): SampleAppsPlan | undefined {
  return plan.sampleApps.find((apps) => apps.cluster === cluster);
}

/** Whether the plan gives a cluster the curl client. */
export function hasClient(plan: MeshPlan, cluster: string): boolean {
  return sampleAppsOf(plan, cluster)?.client === true;
}

/** helloworld pods of a cluster that serve. */
export async function helloworldPods(cluster: ClusterReader, namespace: string): Promise<V1Pod[]> {
  const pods = await cluster.pods({ namespace, labels: "app=helloworld" });
  return pods.filter(isReady);
}

/** A container of each pod of the curl client. */
export async function clientContainers(
  cluster: ClusterReader,
  namespace: string,
  container: "curl" | "istio-proxy",
): Promise<Targets> {
  const missing =
    `namespace ${namespace} of ${cluster.name} has no ready pod with label app=curl; ` +
    `see: kubectl describe pods -n ${namespace} -l app=curl`;
  return readyContainers(cluster, namespace, "app=curl", container, missing);
}

/** The proxies of a cluster's east-west gateway. */
export async function gatewayProxies(cluster: ClusterReader): Promise<Targets> {
  const labels = `app=${EAST_WEST_GATEWAY}`;
  const missing =
    `${cluster.name} has no ready gateway pod; ` +
    `see: kubectl describe pods -n ${ISTIO_NAMESPACE} -l ${labels} on ${cluster.name}`;
  return readyContainers(cluster, ISTIO_NAMESPACE, labels, PROXY, missing);
}

/** The istiods of a cluster. */
export async function istiods(cluster: ClusterReader): Promise<Targets> {
  const missing =
    `${cluster.name} has no ready istiod; ` +
    `see: kubectl describe pods -n ${ISTIO_NAMESPACE} -l app=istiod on ${cluster.name}`;
  return readyContainers(cluster, ISTIO_NAMESPACE, "app=istiod", "discovery", missing);
}

async function readyContainers(
  cluster: ClusterReader,
  namespace: string,
  labels: string,
  container: string,
  missing: string,
): Promise<Targets> {
  const pods = (await cluster.pods({ namespace, labels })).filter(isReady);
  const [first, ...others] = pods.map((pod) => containerOf(pod, container));
  if (first === undefined) throw new Error(missing);
  return [first, ...others];
}

/** Proxies from which a cluster's way to others can be tried: the client's, else a gateway's, else any; none at all is possible. */
export async function proxiesToAsk(plan: MeshPlan, cluster: ClusterReader): Promise<Targets | undefined> {
  const namespace = sampleAppsOf(plan, cluster.name)?.namespace;
  const sources = [
    ...(namespace !== undefined && hasClient(plan, cluster.name) ? [{ namespace, labels: "app=curl" }] : []),
    { namespace: ISTIO_NAMESPACE, labels: `app=${EAST_WEST_GATEWAY}` },
    {},
  ];
  for (const source of sources) {
    const pods = (await cluster.pods(source)).filter((pod) => isReady(pod) && hasLiveProxy(pod));
    const [first, ...others] = pods.map((pod) => containerOf(pod));
    if (first !== undefined) return [first, ...others];
  }
  return undefined;
}

/**
 * Proxies of applications that see what is exported to some namespaces: the curl client's, else any; none at all is
 * possible. Gateways do not count, which see the endpoints of their own network only.
 *
 * @param namespaces - `["*"]` for all
 */
export async function clientProxies(
  plan: MeshPlan,
  cluster: ClusterReader,
  namespaces: readonly string[],
): Promise<Targets | undefined> {
  const isAmong = (namespace = "") => namespaces.includes("*") || namespaces.includes(namespace);
  const clients = sampleAppsOf(plan, cluster.name);
  if (clients?.client && isAmong(clients.namespace))
    return clientContainers(cluster, clients.namespace, PROXY);
  const [first, ...others] = (await cluster.pods({}))
    .filter((pod) => isAmong(pod.metadata?.namespace) && isReady(pod) && hasLiveProxy(pod))
    .filter(({ spec }) => spec?.containers.some(({ name }) => name !== PROXY))
    .map((pod) => containerOf(pod));
  return first === undefined ? undefined : [first, ...others];
}
