import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";

/**
 * Removes what keeps a stack from being opened at all after `pulumi` was killed: the file backend describes each file in
 * another one beside it, which it does not write at once, and answers `failed to load checkpoint: EOF` where that is
 * empty. The state itself is written at once. Without the description the backend takes its defaults.
 *
 * @param stateDir - folder of the file backend
 * @returns a sentence per file that was removed
 * @see https://github.com/google/go-cloud/blob/master/blob/fileblob/attrs.go setAttrs
 */
export async function removeTornAttributes(stateDir: string): Promise<string[]> {
  const stacks = join(stateDir, ".pulumi", "stacks");
  const entries = await readdir(stacks, { recursive: true, withFileTypes: true }).catch(() => []);
  const removed: string[] = [];
  for (const { parentPath, name } of entries) {
    const file = join(parentPath, name);
    if (!name.endsWith(".attrs") || (await isJson(file))) continue;
    await rm(file, { force: true });
    removed.push(`removed the torn file ${relative(stateDir, file)}`);
  }
  return removed;
}

async function isJson(file: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}
