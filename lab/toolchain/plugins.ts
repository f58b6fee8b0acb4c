import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

/** A folder in the cache that links to the given plugins, so that one entry on PATH finds them all. */
export async function linkPlugins(cacheDir: string, plugins: string[]): Promise<string> {
  const key = createHash("sha256").update(plugins.join("\n")).digest("hex").slice(0, 12);
  const parent = resolve(cacheDir, "plugins");
  const folder = join(parent, key);
  if (await exists(folder)) return folder;
  await mkdir(parent, { recursive: true });
  const draft = await mkdtemp(join(parent, "draft-"));
  for (const plugin of plugins) await symlink(plugin, join(draft, basename(plugin)));
  try {
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true });
    // Another run was faster; its folder has the same links.
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
