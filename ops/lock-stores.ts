import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Workspace } from "@pulumi/pulumi/automation";
import { pulumi } from "./pulumi-cli";

/** A lock as Pulumi writes it, and where it is. */
export interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** When it was taken, RFC 3339. */
  readonly timestamp: string;
  /** File or URL. */
  readonly where: string;
}

/** The locks of one stack. */
export interface LockStore {
  list(): Promise<Lock[]>;
  /** Removes locks that were listed. */
  remove(locks: readonly Lock[]): Promise<void>;
}

/**
 * Locks in the folder of a file backend. They are read as files, since Pulumi cannot open a stack at all whose files a
 * killed process has torn.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/lock.go
 */
export function folderLocks(folder: string, project: string, stack: string): LockStore {
  const locks = join(folder, ".pulumi", "locks");
  const name = stack.split("/").at(-1) ?? stack;
  // Backends from before Pulumi 3.61 keep stacks, and so their locks, without a project.
  const folders = [join(locks, "organization", project, name), join(locks, name)];
  return {
    list: async () => (await Promise.all(folders.map(locksIn))).flat(),
    remove: async (stale) => {
      for (const { where } of stale) {
        await rm(where, { force: true });
        await rm(`${where}.attrs`, { force: true });
      }
    },
  };
}

async function locksIn(folder: string): Promise<Lock[]> {
  const names = await readdir(folder).catch(unlessMissing);
  const found: Lock[] = [];
  for (const name of names?.filter((file) => file.endsWith(".json")) ?? []) {
    const where = join(folder, name);
    const text = await readFile(where, "utf8").catch(unlessMissing);
    if (text !== undefined) found.push({ ...parseLock(text, where), where });
  }
  return found;
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function parseLock(text: string, where: string): Omit<Lock, "where"> {
  try {
    return JSON.parse(text) as Omit<Lock, "where">;
  } catch {
    throw new Error(`the lock ${where} cannot be read; delete it if you know that no pulumi uses the stack`);
  }
}

/**
 * Locks in an object store, seen through Pulumi, which has the client and the credentials for it. To rename a stack to
 * its own name takes the lock, finds the name in use and gives the lock back: that it came so far proves the lock free,
 * and it changes nothing. To create the stack once more would take the lock too, but overwrites a state that cannot be
 * read just then.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/backend.go renameStack
 */
export function pulumiLocks(workspace: Workspace, stack: string): LockStore {
  return {
    list: async () => {
      const rename = ["stack", "rename", stack, "--stack", stack];
      const { stderr: refusal } = await pulumi(workspace, rename, { reject: false });
      if (/a stack named \S+ already exists/.test(refusal)) return [];
      return parseLocks(refusal);
    },
    // It removes all locks. While there is one that was left behind, nobody can take another.
    remove: async () => void (await pulumi(workspace, ["cancel", "--yes", "--stack", stack])),
  };
}

const HEADLINE = /the stack is currently locked by (\d+) lock/;
const LOCK_LINE = /^[ \t]+(\S.*): created by (.*)@(\S+) \(pid (\d+)\) at (\S+)$/gm;

/** Reads locks out of Pulumi's refusal to take another one. */
export function parseLocks(refusal: string): Lock[] {
  const locks = [...refusal.matchAll(LOCK_LINE)].map(
    ([, where = "", username = "", hostname = "", pid, timestamp = ""]) => {
      return { where, username, hostname, pid: Number(pid), timestamp };
    },
  );
  const count = Number(HEADLINE.exec(refusal)?.[1]);
  if (locks.length > 0 && locks.length === count) return locks;
  throw new Error(
    `cannot tell from Pulumi's answer whether the lock is free; nothing was changed:\n${refusal}`,
  );
}
