import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { controlPlane, nodeName } from "./cluster";
import { ensureControlPlane, stopControlPlane } from "./clusters/kwok";
import { inNamespace, killProcesses, namespaceName, signal } from "./network/namespaces";
import { containerPid, HELD_FILE } from "./runtime/container";
import { containerFolder } from "./runtime/paths";
import { clusterPaths, labFolder, readState, type LabState } from "./state";
import type { Toolchain } from "./toolchain";
import { loadExeca } from "./toolchain/run";

/** Where a pod is: its name is the beginning of it, as long as only one pod begins so. */
export interface PodReference {
  cluster: string;
  namespace: string;
  pod: string;
}

/** Stops all processes of a cluster's control plane. Its pods, kube-proxy and addresses stay. */
export async function stopCluster(lab: string, cluster: string, toolchain: Toolchain): Promise<void> {
  await stopControlPlane(controlPlane(await requireState(lab), cluster), toolchain);
}

/** Starts the control plane of a cluster again. */
export async function startCluster(lab: string, cluster: string, toolchain: Toolchain): Promise<void> {
  await ensureControlPlane(controlPlane(await requireState(lab), cluster), toolchain);
}

/** Ends a container's process with SIGKILL and keeps it from being restarted until startContainer. */
export async function stopContainer(lab: string, pod: PodReference, container: string): Promise<void> {
  const folder = containerFolder(await podPath(lab, pod), container);
  await writeFile(join(folder, HELD_FILE), "");
  await crash(folder);
}

/** Lets a container run again that stopContainer had ended. */
export async function startContainer(lab: string, pod: PodReference, container: string): Promise<void> {
  await rm(join(containerFolder(await podPath(lab, pod), container), HELD_FILE), { force: true });
}

/** Ends a container's process with SIGKILL; the pod's restart policy decides what follows. */
export async function killContainer(lab: string, pod: PodReference, container: string): Promise<void> {
  await crash(containerFolder(await podPath(lab, pod), container));
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
  return [
    "INPUT",
    "--protocol",
    "tcp",
    "--dport",
    String(port),
    "--jump",
    "REJECT",
    "--reject-with",
    "tcp-reset",
  ];
}

/** Ends all processes of a pod with SIGKILL; its restart policy decides what follows. */
export async function killPod(lab: string, pod: PodReference): Promise<void> {
  await killProcesses(await podNamespace(lab, pod));
}

/** Runs a command of the host in a pod's network namespace, outside of its containers. */
export async function execInPodNetwork(lab: string, pod: PodReference, command: string[]): Promise<string> {
  const execa = await loadExeca();
  const { stdout } = await execa(...inNamespace(await podNamespace(lab, pod), ...command));
  return stdout;
}

/** Starts a command of the host in a pod's network namespace; whoever starts it ends it. */
export async function startInPodNetwork(
  lab: string,
  pod: PodReference,
  command: string[],
): Promise<ChildProcessByStdio<null, Readable, Readable>> {
  const [file, args] = inNamespace(await podNamespace(lab, pod), ...command);
  return spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a command of the host in the network namespace of a cluster's node. */
export async function execInNodeNetwork(lab: string, cluster: string, command: string[]): Promise<string> {
  const execa = await loadExeca();
  const { stdout } = await execa(...inNamespace(namespaceName.node(lab, cluster), ...command));
  return stdout;
}

async function crash(containerFolder: string): Promise<void> {
  const pid = await containerPid(containerFolder);
  if (pid !== undefined) signal(pid, "SIGKILL");
}

async function podNamespace(lab: string, pod: PodReference): Promise<string> {
  const uid = (await podPath(lab, pod)).split("_").at(-1)!;
  return namespaceName.pod(lab, pod.cluster, uid);
}

async function podPath(lab: string, { cluster, namespace, pod }: PodReference): Promise<string> {
  const { pods } = clusterPaths(labFolder(lab), cluster);
  const found = (await readdir(pods)).filter((name) => name.startsWith(`${namespace}_${pod}`));
  if (found.length === 1) return join(pods, found[0]!);
  const names = found.map((name) => name.split("_")[1]).join(", ") || "none";
  throw new Error(
    `One pod on ${nodeName(cluster)} should begin with ${namespace}/${pod}; there is: ${names}. Name one of them.`,
  );
}

async function requireState(lab: string): Promise<LabState> {
  const state = await readState(lab);
  if (state === undefined) throw new Error(`There is no lab ${lab} here.`);
  return state;
}
