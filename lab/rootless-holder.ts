import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rm } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type MachineIds,
  NAMESPACE_SETTINGS,
  noNamespacesMessage,
  subordinateIdMends,
  subordinateRange,
  type User,
} from "./rootless-limits";
import { signal } from "./network/namespaces";
import { writeFileAtomically } from "./state";
import { defaultCacheFolder, findExecutable } from "./toolchain";
import { withFileLock } from "./toolchain/file-lock";
import { loadExeca } from "./toolchain/run";

/**
 * A process that does nothing but keep a user, a network and a mount namespace: in them a user is root, and what root
 * of the machine would have in its own network and in /run, all labs of the user have there.
 */
export interface Holder {
  pid: number;
  /** Boot and time of its start: a process ID alone may be another process' by now. */
  started: string;
}

/** Fields of /proc/PID/stat, and the state of a process that has ended and has not been waited for. */
const STATE = 0;
const START = 19;
const ENDED = "Z";

const UNUSED_POLLS = 10;
const UNUSED_POLL_MS = 100;

/** The user's namespaces; made if they are not there. */
export async function ensureHolder(): Promise<Holder> {
  return locked(async () => {
    const running = await findHolder();
    if (running !== undefined) return running;
    const holder = await startHolder();
    await writeFileAtomically(recordFile(), JSON.stringify(holder));
    return holder;
  });
}

/** Ends the namespaces if no lab and no command is left in them. */
export async function endUnusedHolder(holder: Holder): Promise<void> {
  await locked(async () => {
    if ((await readdir(`/proc/${holder.pid}/root/run/netns`).catch(() => [])).length > 0) return;
    // What a command has started and left may take a moment to end.
    for (let poll = 0; (await members(holder)).length > 1; poll += 1) {
      if (poll === UNUSED_POLLS) return;
      await sleep(UNUSED_POLL_MS);
    }
    await rm(recordFile(), { force: true });
    signal(holder.pid, "SIGTERM");
  });
}

/** The command line that runs a command in the namespaces, as their root, in this process' folder. */
export function insideHolder({ pid }: Holder, command: string[]): [string, ...string[]] {
  const namespaces = [`--target=${pid}`, "--user", "--net", "--mount", "--preserve-credentials"];
  // Changing to a mount namespace changes the folder to its root.
  return ["nsenter", ...namespaces, "--", "env", `--chdir=${process.cwd()}`, ...command];
}

/** The commands after which a new holder has user IDs for pods; none if it would have them now. */
export async function podUserMends(): Promise<string[]> {
  return subordinateIdMends(await machineIds(), currentUser());
}

async function startHolder(): Promise<Holder> {
  const ids = await machineIds();
  const user = currentUser();
  const mapsMany = subordinateIdMends(ids, user).length === 0;
  const mapping = mapsMany ? [] : ["--map-root-user"];
  // Its streams end when it has begun to wait, or has failed.
  const wait = ["sh", "-c", "echo ready && exec sleep infinity >/dev/null 2>&1"];
  const child = spawn("unshare", ["--user", ...mapping, "--net", "--mount", "--", ...wait], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, failure] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (output === "") throw new Error(noNamespacesMessage(await namespaceSettings(), failure));
  child.unref();
  const holder = { pid: child.pid!, started: startOf(child.pid!)! };
  try {
    if (mapsMany) await mapIds(holder, ids, user);
    await furnish(holder);
  } catch (error) {
    signal(holder.pid, "SIGKILL");
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(noNamespacesMessage(await namespaceSettings(), stderr || message), { cause: error });
  }
  return holder;
}

/** The user becomes root, and the user's subordinate IDs all others. */
async function mapIds({ pid }: Holder, { subuid, subgid }: MachineIds, user: User): Promise<void> {
  const execa = await loadExeca();
  const { gid } = userInfo();
  const [users, groups] = [subordinateRange(subuid, user)!, subordinateRange(subgid, user)!];
  await execa("newuidmap", [pid, 0, user.id, 1, 1, users.first, users.count].map(String));
  await execa("newgidmap", [pid, 0, gid, 1, 1, groups.first, groups.count].map(String));
}

/** Names of network namespaces and locks of iptables are kept in /run, which belongs to root of the machine. */
async function furnish(holder: Holder): Promise<void> {
  const execa = await loadExeca();
  const script = "PATH=$PATH:/usr/sbin:/sbin; mount -t tmpfs -o mode=755 tmpfs /run && ip link set lo up";
  const [file, ...args] = insideHolder(holder, ["sh", "-c", script]);
  await execa(file, args);
}

async function findHolder(): Promise<Holder | undefined> {
  const record = await readFile(recordFile(), "utf8").catch(() => undefined);
  if (record === undefined) return undefined;
  const holder = JSON.parse(record) as Holder;
  return startOf(holder.pid) === holder.started ? holder : undefined;
}

/** Processes that run in the namespaces, the holder among them. */
async function members({ pid }: Holder): Promise<string[]> {
  const namespaceOf = (process: string) => readlink(`/proc/${process}/ns/user`).catch(() => undefined);
  const own = await namespaceOf(String(pid));
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const namespaces = await Promise.all(processes.map(namespaceOf));
  return processes.filter(
    (process, index) =>
      own !== undefined && namespaces[index] === own && statFields(process)?.[STATE] !== ENDED,
  );
}

function startOf(pid: number): string | undefined {
  const fields = statFields(pid);
  if (fields === undefined || fields[STATE] === ENDED) return undefined;
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[START]}`;
}

/** What the kernel tells of a process behind its name, which is in parentheses and may hold spaces. */
function statFields(pid: number | string): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
  } catch {
    return undefined;
  }
}

const recordFile = () => join(defaultCacheFolder(), "rootless.json");

async function locked<T>(action: () => Promise<T>): Promise<T> {
  await mkdir(defaultCacheFolder(), { recursive: true });
  return withFileLock(join(defaultCacheFolder(), "rootless.lock"), () => {}, action);
}

function currentUser(): User {
  const { username, uid } = userInfo();
  return { name: username, id: uid };
}

async function machineIds(): Promise<MachineIds> {
  const read = (file: string) => readFile(file, "utf8").catch(() => "");
  const mappers = await Promise.all(["newuidmap", "newgidmap"].map(findExecutable));
  const hasMappers = mappers.every((path) => path !== undefined);
  return { subuid: await read("/etc/subuid"), subgid: await read("/etc/subgid"), hasMappers };
}

async function namespaceSettings(): Promise<Record<string, string>> {
  const files = Object.keys(NAMESPACE_SETTINGS);
  const contents = await Promise.all(
    files.map((file) => readFile(`/proc/sys/${file}`, "utf8").catch(() => "")),
  );
  return Object.fromEntries(files.map((file, index) => [file, contents[index]!]));
}
