import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { Lock, LockStore } from "./lock-stores";

/** A lock that cannot be taken away: its process lives, or cannot be seen from here. */
export class LockHeldError extends Error {
  override readonly name = "LockHeldError";
}

/**
 * Proves that nobody holds a stack's lock, after removing what killed processes of this machine have left of it.
 *
 * @returns a sentence per lock that was removed
 * @throws {@link LockHeldError} when the process of a lock is alive, or ran on another machine
 */
export async function removeStaleLocks(store: LockStore, stack: string): Promise<string[]> {
  const locks = await store.list();
  for (const lock of locks) await refuseIfHeld(lock, stack);
  if (locks.length === 0) return [];
  await store.remove(locks);
  const [taken] = await store.list();
  if (taken !== undefined) throw new LockHeldError(`stack ${stack} was taken meanwhile by ${holder(taken)}`);
  return locks.map(({ where, pid }) => `removed the lock ${where}: its process ${pid} is dead`);
}

function holder({ username, pid, hostname: host, timestamp, where }: Lock): string {
  return `${username}'s process ${pid} on ${host}, since ${timestamp} (${where})`;
}

async function refuseIfHeld(lock: Lock, stack: string): Promise<void> {
  if (lock.hostname !== hostname()) {
    throw new LockHeldError(
      `stack ${stack} is locked by ${holder(lock)}, which cannot be seen from ${hostname()}; run this there, or, ` +
        `if you know that it is dead, "pulumi cancel --stack ${stack}" and then this again`,
    );
  }
  if (await isRunning(lock)) {
    throw new LockHeldError(`stack ${stack} is in use by ${holder(lock)}; let it finish, or stop it`);
  }
}

async function isRunning(lock: Lock): Promise<boolean> {
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  const found = await inspectProcess(lock.pid);
  if (found === undefined) return true;
  if (found.dead) return false;
  // A process that began after the lock was written only has the same number. Boot time is known to the second only, and
  // moves with a clock that is set, so that Pulumi's own processes are never taken for another one.
  return found.command === "pulumi" || found.started <= Date.parse(lock.timestamp) + 2000;
}

/** A process as Linux tells of it. */
interface ProcessState {
  /** Also where it is not yet reaped. */
  readonly dead: boolean;
  /** When it began, in ms since the epoch. */
  readonly started: number;
  /** Name of what it runs. */
  readonly command: string;
}

async function inspectProcess(pid: number): Promise<ProcessState | undefined> {
  const TICKS_PER_SECOND = 100;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const bootTime = /^btime (\d+)$/m.exec(await readFile("/proc/stat", "utf8"))?.[1];
    // The command in the second field may hold spaces. After it come the state and, 19 fields on, the start.
    const end = stat.lastIndexOf(")");
    const fields = stat.slice(end + 2).split(" ");
    const command = stat.slice(stat.indexOf("(") + 1, end);
    const started = (Number(bootTime) + Number(fields[19]) / TICKS_PER_SECOND) * 1000;
    const dead = fields[0] === "Z" || fields[0] === "X";
    return Number.isNaN(started) ? undefined : { dead, started, command };
  } catch {
    return undefined;
  }
}
