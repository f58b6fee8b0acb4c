import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { loadExeca } from "../toolchain/run";

/**
 * Named network namespaces, as `ip netns` keeps them. All that a lab runs, runs in one of its namespaces, so the
 * kernel itself knows which processes belong to a lab: there are no process IDs on file that might be recycled.
 */
const NETNS_FOLDER = "/run/netns";

// A dot, which no DNS label holds, keeps the names of lab "a" apart from those of lab "a-b".
const PREFIX = "im";

const KILL_ATTEMPTS = 100;
const KILL_INTERVAL_MS = 30;

/** Names of a lab's namespaces. */
export const namespaceName = {
  hub: (lab: string) => `${PREFIX}.${lab}.hub`,
  network: (lab: string, network: string) => `${PREFIX}.${lab}.net.${network}`,
  node: (lab: string, node: string) => `${PREFIX}.${lab}.node.${node}`,
};

/** Beginning of the names of a lab's namespaces. */
export const namespacePrefix = (lab: string) => `${PREFIX}.${lab}.`;

/** The command line that runs a command in a namespace. Unlike `ip netns exec` it leaves the mounts alone. */
export function inNamespace(name: string, ...command: string[]): [string, string[]] {
  return ["nsenter", [`--net=${NETNS_FOLDER}/${name}`, "--", ...command]];
}

function namespaceExists(name: string): boolean {
  return existsSync(`${NETNS_FOLDER}/${name}`);
}

export async function listNamespaces(prefix: string): Promise<string[]> {
  const names = await readdir(NETNS_FOLDER).catch(() => []);
  return names.filter((name) => name.startsWith(prefix));
}

/** Creates a namespace, unless it is there, with its loopback interface up and the given kernel settings. */
export async function ensureNamespace(name: string, sysctls: Record<string, string> = {}): Promise<void> {
  const execa = await loadExeca();
  if (!namespaceExists(name)) await execa("ip", ["netns", "add", name]);
  await ipBatch(name, ["link set lo up"]);
  await setSysctls(name, sysctls);
}

/** Ends every process in a namespace and removes it, with all interfaces in it. */
export async function deleteNamespace(name: string): Promise<void> {
  await killAll(() => namespacePids(name));
  const execa = await loadExeca();
  // Another process may have been faster.
  await execa("ip", ["netns", "delete", name], { reject: namespaceExists(name) });
}

/** Ends processes with SIGKILL, also those that are started meanwhile, until none is found. */
export async function killAll(find: () => Promise<number[]>): Promise<void> {
  for (let attempt = 0; attempt < KILL_ATTEMPTS; attempt += 1) {
    const pids = await find();
    if (pids.length === 0) return;
    for (const pid of pids) signal(pid, "SIGKILL");
    await sleep(KILL_INTERVAL_MS);
  }
  throw new Error(`These processes cannot be killed: ${(await find()).join(", ")}`);
}

/** Processes in a namespace. */
export async function namespacePids(name: string): Promise<number[]> {
  if (!namespaceExists(name)) return [];
  const execa = await loadExeca();
  const { stdout } = await execa("ip", ["netns", "pids", name]);
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** Processes in a namespace whose command line contains a text. */
export async function findProcesses(namespace: string, commandLinePart: string): Promise<number[]> {
  const pids = await namespacePids(namespace);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return commandLine.replaceAll("\0", " ").includes(commandLinePart);
    }),
  );
  return pids.filter((_, index) => found[index]);
}

/** Signals a process that may have ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Runs `ip` commands in a namespace, or on the host, in one go. */
export async function ipBatch(namespace: string | undefined, commands: string[]): Promise<void> {
  const execa = await loadExeca();
  const inside = namespace === undefined ? [] : ["-netns", namespace];
  await execa("ip", [...inside, "-batch", "-"], { input: `${commands.join("\n")}\n` });
}

export async function interfaceExists(namespace: string, name: string): Promise<boolean> {
  const execa = await loadExeca();
  const { failed } = await execa("ip", ["-netns", namespace, "link", "show", name], { reject: false });
  return !failed;
}

/** Makes a cable between two namespaces, unless it is there. */
export async function ensureVeth(
  one: { namespace: string; name: string },
  other: { namespace: string; name: string },
): Promise<void> {
  if (!(await interfaceExists(one.namespace, one.name))) {
    await ipBatch(one.namespace, [
      `link add ${one.name} type veth peer name ${other.name} netns ${other.namespace}`,
    ]);
  }
  await ipBatch(one.namespace, [`link set ${one.name} up`]);
  await ipBatch(other.namespace, [`link set ${other.name} up`]);
}

async function setSysctls(namespace: string, sysctls: Record<string, string>): Promise<void> {
  const settings = Object.entries(sysctls).map(([name, value]) => `${name}=${value}`);
  if (settings.length === 0) return;
  const execa = await loadExeca();
  await execa(...inNamespace(namespace, "sysctl", "--quiet", "--write", ...settings));
}
