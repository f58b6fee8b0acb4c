import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * kwok runs the command of a `kubectl exec` in its own environment, as root. So it gets a root folder of its own, in
 * which every command is a link to one script that runs the command of its name inside the container instead. The
 * real root is below /host there, and everything but commands is a link into it.
 */
export interface KwokRoot {
  /** To be given to kwokctl as kwok's binary. */
  binary: string;
  /** The root folder. */
  folder: string;
}

/** ENTER_CONTAINER, set by the pod's Exec object, is the container's own script for running a command in it. */
const ENTER = `#!/host/bin/sh
exec /host/usr/sbin/chroot /host "$ENTER_CONTAINER" "\${0##*/}" "$@"
`;

/** The mounts are a copy that follows the host's, so that kwok keeps no network namespace from being removed. */
const kwokScript = (folder: string, kwok: string) => `#!/bin/sh
[ "$1" = --version ] && exec '${kwok}' "$@"
exec unshare --mount --propagation slave sh -c '
  mount --rbind / "$0/host" && exec chroot "$0" "$@"
' '${folder}' '/host${kwok}' "$@"
`;

const COMMAND_FOLDERS = ["bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin"];

/** Commands of the images beside those of the host's own tools. */
const IMAGE_COMMANDS = ["pilot-agent", "pilot-discovery", "envoy"];

/** Folders of the host that every container sees. */
const HOST_FOLDERS = ["/usr/bin", "/usr/sbin"];

/** Writes the root folder for kwok and the script that starts kwok in it. */
export async function writeKwokRoot({ folder, binary }: KwokRoot, kwok: string): Promise<void> {
  const commands = await commandNames();
  await mkdir(join(folder, "host"), { recursive: true });
  await writeFile(join(folder, "enter-container"), ENTER, { mode: 0o755 });
  await link(join(folder, "commands"), commands, () => "/enter-container");
  await link(folder, outside(await readdir("/"), "usr", "bin", "sbin", "host"), (name) => `/host/${name}`);
  await link(
    join(folder, "usr"),
    outside(await readdir("/usr"), "bin", "sbin", "local"),
    (name) => `/host/usr/${name}`,
  );
  for (const path of COMMAND_FOLDERS)
    await link(join(folder, dirname(path)), [path.split("/").at(-1)!], () => "/commands");
  await writeFile(binary, kwokScript(folder, kwok), { mode: 0o755 });
}

async function commandNames(): Promise<string[]> {
  const lists = await Promise.all(HOST_FOLDERS.map((path) => readdir(path).catch(() => [])));
  return [...new Set([...IMAGE_COMMANDS, ...lists.flat()])];
}

/** Adds the links that are not there yet. */
async function link(folder: string, names: string[], target: (name: string) => string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const there = new Set(await readdir(folder));
  const missing = names.filter((name) => !there.has(name));
  await Promise.all(missing.map((name) => symlink(target(name), join(folder, name))));
}

function outside(names: string[], ...excluded: string[]): string[] {
  return names.filter((name) => !excluded.includes(name));
}
