import { loadExeca } from "./run";

const LOCK_HOLDER = `exec 9>"$0"
flock --nonblock 9 || { echo waiting; flock 9; }
echo locked
exec cat`;

/**
 * Holds flock(2) on a file while `action` runs. The lock belongs to a child that ends when our end of its standard
 * input does, so the kernel releases it however this process dies.
 */
export async function withFileLock<T>(
  file: string,
  onWait: () => void,
  action: () => Promise<T>,
): Promise<T> {
  const execa = await loadExeca();
  const holder = execa("sh", ["-c", LOCK_HOLDER, file]);
  await new Promise<void>((resolve, reject) => {
    holder.stdout.on("data", (data: Buffer) => (data.includes("locked") ? resolve() : onWait()));
    holder.catch(reject);
  });
  try {
    return await action();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
