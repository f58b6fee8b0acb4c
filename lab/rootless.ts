import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { defaultCacheFolder } from "./toolchain";

/** What a user is told who is not root. */
const NEEDS_ROOT = `The lab makes network namespaces and control groups, which takes root: run the same command with sudo -E.
Without root this opens a shell in namespaces of your own, in which the lab's commands work and its clusters come up (API
server, controllers), but no pods run: a kubelet needs control groups that this machine gives to root only.
  npm run lab -- run bash
What runs in it ends with it.`;

/** Makes namespaces of a user's own like the machine's: iptables and ip keep files in /run, which belongs to root there. */
const FURNISH = 'mount -t tmpfs -o mode=755 tmpfs /run && ip link set lo up && exec "$@"';

/**
 * Throws an error that says how to become it, unless this process is root.
 *
 * @param ofMachine - whether root of a user's own namespaces will not do
 */
export function requireRoot(ofMachine = false): void {
  if (process.getuid?.() !== 0 || (ofMachine && isRootless())) throw new Error(NEEDS_ROOT);
}

/** Whether this process' root is another user outside of its user namespace. */
export function isRootless(): boolean {
  return !/^\s*0\s+0\s/.test(readFileSync("/proc/self/uid_map", "utf8"));
}

/**
 * Runs a command where the addresses of labs are reachable, in namespaces of its own if this process is not root.
 *
 * @returns its exit code
 */
export async function runInLab(command: string[]): Promise<number> {
  if (process.getuid?.() === 0) return exitCode(command, process.env);
  const namespaces = "--map-root-user --net --mount --pid --fork --kill-child --mount-proc".split(" ");
  return exitCode(["unshare", ...namespaces, "sh", "-c", FURNISH, "sh", ...command], await userEnvironment());
}

async function exitCode([file, ...args]: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(file!, args, { stdio: "inherit", env });
  // A terminal sends it to the command too, whose end is what to wait for.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal!];
}

async function userEnvironment(): Promise<NodeJS.ProcessEnv> {
  // What programs keep for root in the shared folder belongs to root of the machine.
  const TMPDIR = join(defaultCacheFolder(), "tmp");
  await mkdir(TMPDIR, { recursive: true });
  // Many users' PATH lacks the folders of the commands that make networks.
  return { ...process.env, TMPDIR, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
}
