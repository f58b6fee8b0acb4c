import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";

/**
 * Removes what keeps a stack from being opened at all after `pulumi` was killed: the file backend describes each file in
 * another one beside it, which it does not write at once, and answers `failed to load checkpoint: EOF` where that is
 * empty. The state itself is written at once. Without the description the backend takes its defaults.
 *
 * Only for a stack whose lock is free: a running `pulumi` is now and then in the middle of such a file.
 *
 * @param folder - folder of the file backend
 * @returns a sentence per file that was removed
 * @see https://github.com/google/go-cloud/blob/master/blob/fileblob/attrs.go setAttrs
 */
export async function removeTornAttributes(
  folder: string,
  project: string,
  stack: string,
): Promise<string[]> {
  const name = stack.split("/").at(-1) ?? stack;
  const removed: string[] = [];
  for (const torn of await tornAttributes(folder, project)) {
    if (torn.stack !== name) continue;
    await rm(torn.file, { force: true });
    removed.push(`removed the torn file ${relative(folder, torn.file)}`);
  }
  return removed;
}

/**
 * Stacks of which such a file is torn: while there is one, the backend lists none of any project. May name one that a running
 * `pulumi` is writing just then.
 */
export async function tornStacks(folder: string, project: string): Promise<string[]> {
  const torn = await tornAttributes(folder, project);
  return [...new Set(torn.map(({ stack }) => stack))];
}

async function tornAttributes(folder: string, project: string): Promise<{ stack: string; file: string }[]> {
  const stacks = join(folder, ".pulumi", "stacks");
  const torn: { stack: string; file: string }[] = [];
  // Backends from before Pulumi 3.61 keep stacks without a project.
  for (const place of [join(stacks, project), stacks]) {
    for (const entry of await readdir(place).catch(() => [])) {
      const [, stack] = DESCRIBES_STATE.exec(entry) ?? [];
      const file = join(place, entry);
      if (stack !== undefined && !(await isJson(file))) torn.push({ stack, file });
    }
  }
  return torn;
}

/** A file that describes a stack's state or the copy of it, either of which may be compressed. */
const DESCRIBES_STATE = /^(.+)\.json(?:\.gz|\.zst)?(?:\.bak)?\.attrs$/;

async function isJson(file: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}
