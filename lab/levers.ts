import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { CoreV1Api, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { controlPlane, findCluster, nodePlaces, startNodes } from "./cluster";
import { ensureControlPlane } from "./clusters/control-plane";
import { inNamespace, signal } from "./network/namespaces";
import { cgroupPids } from "./nodes/cgroups";
import { killMachine } from "./nodes/machine";
import { requireState, type LabState } from "./state";
import type { Toolchain } from "./toolchain";
import { loadExeca } from "./toolchain/run";

/** Where a pod is: its name is the beginning of it, as long as only one pod begins so. */
export interface PodReference {
  cluster: string;
  namespace: string;
  pod: string;
}

/** Ends all processes of a cluster's control plane. Its nodes, with their pods, and its addresses stay. */
export async function stopCluster(lab: string, cluster: string): Promise<void> {
  await killMachine(controlPlane(await requireState(lab), cluster));
}

/** Starts the control plane of a cluster again. */
export async function startCluster(lab: string, cluster: string, toolchain: Toolchain): Promise<void> {
  await ensureControlPlane(controlPlane(await requireState(lab), cluster), toolchain);
}

/** Ends all that runs on nodes of a cluster at once, as a power cut does. @param nodes - their names @default - all */
export async function killNodes(lab: string, cluster: string, nodes?: readonly string[]): Promise<void> {
  const state = await requireState(lab);
  const places = nodePlaces(state, findCluster(state, cluster).cluster);
  await Promise.all(places.filter(({ name }) => nodes?.includes(name) ?? true).map(killMachine));
}

/** Starts the nodes of a cluster again, and waits until they are ready. */
export async function restartNodes(lab: string, cluster: string, toolchain: Toolchain): Promise<void> {
  const state = await requireState(lab);
  await startNodes(state, findCluster(state, cluster).cluster, toolchain);
}

/** Ends a container's processes with SIGKILL; the pod's restart policy decides what follows. */
export async function killContainer(lab: string, reference: PodReference, container: string): Promise<void> {
  const { state, pod } = await findPod(lab, reference);
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
  const id = status?.containerID?.split("://").at(-1);
  if (id === undefined) throw new Error(`${pod.metadata!.name} has no running container ${container}`);
  for (const pid of await podPids(state, reference.cluster, id)) signal(pid, "SIGKILL");
}

/**
 * Makes a pod refuse connections to a port of its containers, as if their server had ended, until acceptPort: the
 * process, and with it the pod's readiness, stay as they are unless a probe asks that port.
 */
export async function refusePort(lab: string, pod: PodReference, port: number): Promise<void> {
  await execInPodNetwork(lab, pod, ["iptables", "--wait", "--append", ...refusal(port)]);
}

/** Undoes refusePort. */
export async function acceptPort(lab: string, pod: PodReference, port: number): Promise<void> {
  await execInPodNetwork(lab, pod, ["iptables", "--wait", "--delete", ...refusal(port)]);
}

/** Also for connections of the pod's own proxy, which carries what comes from elsewhere. */
function refusal(port: number): string[] {
  return ["INPUT", "-p", "tcp", "--dport", String(port), "-j", "REJECT", "--reject-with", "tcp-reset"];
}

/** Runs a command of the host in a pod's network namespace, outside of its containers. */
export async function execInPodNetwork(lab: string, pod: PodReference, command: string[]): Promise<string> {
  const execa = await loadExeca();
  const { stdout } = await execa("nsenter", await inPodNetwork(lab, pod, command));
  return stdout;
}

/** Starts a command of the host in a pod's network namespace; whoever starts it ends it. */
export async function startInPodNetwork(
  lab: string,
  pod: PodReference,
  command: string[],
): Promise<ChildProcessByStdio<null, Readable, Readable>> {
  return spawn("nsenter", await inPodNetwork(lab, pod, command), { stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a command of the host in the network namespace of a cluster's first node. */
export async function execInNodeNetwork(lab: string, cluster: string, command: string[]): Promise<string> {
  const state = await requireState(lab);
  const [{ namespace }] = nodePlaces(state, findCluster(state, cluster).cluster);
  const execa = await loadExeca();
  const { stdout } = await execa(...inNamespace(namespace, ...command));
  return stdout;
}

async function inPodNetwork(lab: string, reference: PodReference, command: string[]): Promise<string[]> {
  const { state, pod } = await findPod(lab, reference);
  const { uid, name } = pod.metadata!;
  const [pid] = await podPids(state, reference.cluster, `pod${uid}`);
  if (pid === undefined) throw new Error(`no process of pod ${name} runs`);
  return [`--target=${pid}`, "--net", "--", ...command];
}

/** Processes below those control groups of a cluster's nodes whose path holds a text. */
async function podPids(state: LabState, cluster: string, pathPart: string): Promise<number[]> {
  const places = nodePlaces(state, findCluster(state, cluster).cluster);
  return (await Promise.all(places.map((place) => cgroupPids(place.cgroup, pathPart)))).flat();
}

async function findPod(
  lab: string,
  { cluster, namespace, pod }: PodReference,
): Promise<{ state: LabState; pod: V1Pod }> {
  const state = await requireState(lab);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(controlPlane(state, cluster).kubeconfig);
  const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNamespacedPod({ namespace });
  const found = items.filter(
    ({ metadata }) => metadata!.name!.startsWith(pod) && !metadata!.deletionTimestamp,
  );
  if (found.length === 1) return { state, pod: found[0]! };
  const names = found.map(({ metadata }) => metadata!.name).join(", ") || "none";
  throw new Error(
    `One pod of ${cluster} should begin with ${namespace}/${pod}; there is: ${names}. Name one of them.`,
  );
}
