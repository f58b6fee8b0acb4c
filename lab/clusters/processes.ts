import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { findProcesses, inNamespace } from "../network/namespaces";

/** A process that outlives the command that started it. */
export interface Daemon {
  namespace: string;
  command: string[];
  log: string;
  /** Part of its command line that no other process of the namespace has. */
  mark: string;
}

/** Starts a daemon unless it runs. */
export async function ensureDaemon({ namespace, command, log, mark }: Daemon): Promise<void> {
  if ((await findProcesses(namespace, mark)).length > 0) return;
  await mkdir(dirname(log), { recursive: true });
  const output = openSync(log, "a");
  const [file, args] = inNamespace(namespace, ...command);
  const child = spawn(file, args, { detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.unref();
}
