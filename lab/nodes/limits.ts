import { readFile, writeFile } from "node:fs/promises";

/** How many sets of watched files one user may have. A cluster's programs hold 19 as root, and its proxies 9 as theirs. */
const INOTIFY_INSTANCES = "/proc/sys/fs/inotify/max_user_instances";

/** The kernel's default is 128: with the seventh cluster, whatever labs they are of, kubelets would end at their start. */
const ENOUGH = 8192;

/** Raises the machine's limits as far as labs need. */
export async function raiseLimits(): Promise<void> {
  if (Number(await readFile(INOTIFY_INSTANCES, "utf8")) >= ENOUGH) return;
  await writeFile(INOTIFY_INSTANCES, String(ENOUGH)).catch(() => {
    throw new Error(
      `Set this machine's fs.inotify.max_user_instances to ${ENOUGH}: it cannot be done from here.`,
    );
  });
}
