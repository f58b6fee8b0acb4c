import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";

/** What the file backend writes into a lock. */
interface LockContent {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
}

/** A lock that cannot be taken away: its process lives, or cannot be seen from here. */
export class LockHeldError extends Error {
  override readonly name = "LockHeldError";
}

/**
 * Removes the locks that a killed `pulumi` left on a stack of the file backend.
 *
 * @param stateDir - folder of the file backend
 * @returns a sentence per lock that was removed
 * @throws {@link LockHeldError} when the process of a lock is alive, or ran on another machine
 */
export async function removeStaleLocks(stateDir: string, project: string, stack: string): Promise<string[]> {
  const folder = join(stateDir, ".pulumi", "locks", "organization", project, stack);
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith(".json"));
  const removed: string[] = [];
  for (const file of files) {
    const lock = JSON.parse(await readFile(join(folder, file), "utf8")) as LockContent;
    await refuseIfHeld(lock, stack);
    await rm(join(folder, file));
    await rm(join(folder, `${file}.attrs`), { force: true });
    removed.push(`removed the lock ${basename(file, ".json")}: its process ${lock.pid} is dead`);
  }
  return removed;
}

async function refuseIfHeld(lock: LockContent, stack: string): Promise<void> {
  const holder = `${lock.username}'s process ${lock.pid} on ${lock.hostname}, since ${lock.timestamp}`;
  if (lock.hostname !== hostname()) {
    throw new LockHeldError(
      `stack ${stack} is locked by ${holder}, which cannot be seen from ${hostname()}; run this there, or "pulumi cancel" if you know that it is dead`,
    );
  }
  if (await isRunning(lock)) {
    throw new LockHeldError(`stack ${stack} is in use by ${holder}; let it finish, or stop it`);
  }
}

async function isRunning(lock: LockContent): Promise<boolean> {
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  const found = await inspectProcess(lock.pid);
  if (found === undefined) return true;
  // A process that began after the lock was written only has the same number. Boot time is known to the second only.
  return !found.dead && found.started <= Date.parse(lock.timestamp) + 2000;
}

/** Whether a process is dead but not yet reaped, and when it began, in ms since the epoch; only Linux tells. */
async function inspectProcess(pid: number): Promise<{ dead: boolean; started: number } | undefined> {
  const TICKS_PER_SECOND = 100;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const bootTime = /^btime (\d+)$/m.exec(await readFile("/proc/stat", "utf8"))?.[1];
    // The command in the second field may hold spaces. After it come the state and, 19 fields on, the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const started = (Number(bootTime) + Number(fields[19]) / TICKS_PER_SECOND) * 1000;
    return Number.isNaN(started) ? undefined : { dead: fields[0] === "Z" || fields[0] === "X", started };
  } catch {
    return undefined;
  }
}
