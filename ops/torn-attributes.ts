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
  const stacks = join(folder, ".pulumi", "stacks");
  const name = stack.split("/").at(-1) ?? stack;
  const removed: string[] = [];
  // Backends from before Pulumi 3.61 keep stacks without a project.
  for (const place of [join(stacks, project), stacks]) {
    for (const entry of await readdir(place).catch(() => [])) {
      const file = join(place, entry);
      if (!describesState(entry, name) || (await isJson(file))) continue;
      await rm(file, { force: true });
      removed.push(`removed the torn file ${relative(folder, file)}`);
    }
  }
  return removed;
}

/** Whether a file describes a stack's state or the copy of it, either of which may be compressed. */
function describesState(file: string, stack: string): boolean {
  const rest = file.startsWith(stack) ? file.slice(stack.length) : "";
  return /^\.json(\.gz|\.zst)?(\.bak)?\.attrs$/.test(rest);
}

async function isJson(file: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}
