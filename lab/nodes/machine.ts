import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { findProcesses, inNamespace, killAll } from "../network/namespaces";

/** A small machine: namespaces of its own, a private /etc, /run and /var, and services that are kept running. */
export interface Machine extends MachinePlace {
  /** Its host name. */
  name: string;
  /** Files of its /etc by their path there. */
  etc: Record<string, string>;
  /** Command line of each service. */
  services: Record<string, string[]>;
}

export interface MachinePlace {
  /** Network namespace; it has to exist. Several machines may share one. */
  namespace: string;
  /** Holds all that it writes: `var/lib`, and in `var/log` a log per service. */
  folder: string;
}

const INIT = resolve(__dirname, "machine.sh");

/** Starts a machine unless it runs. It goes on with what an earlier one in its folder has left, as after a power cut. */
export async function ensureMachine(machine: Machine): Promise<void> {
  const { namespace, name, folder, etc, services } = machine;
  if ((await machinePid(machine)) !== undefined) return;
  // A service that an earlier start had and this one has not must not come back.
  for (const part of ["etc", "services"]) await rm(join(folder, part), { recursive: true, force: true });
  for (const part of ["etc", "var/log"]) await mkdir(join(folder, part), { recursive: true });
  for (const [path, content] of Object.entries(etc)) await write(join(folder, "etc", path), content);
  for (const [service, command] of Object.entries(services)) {
    await write(join(folder, "services", service), script(command), 0o755);
  }
  const log = openSync(join(folder, "var/log/machine.log"), "a");
  const namespaces = ["--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child"];
  const [file, args] = inNamespace(namespace, "unshare", ...namespaces, "sh", INIT, folder, name);
  const process = spawn(file, args, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  await once(process, "spawn");
  process.unref();
}

/** Ends all that runs in a machine at once, as a power cut does. */
export async function killMachine(place: MachinePlace): Promise<void> {
  await killAll(() => findProcesses(place.namespace, mark(place)));
}

/** The machine's first process, as the host numbers it, or undefined if it does not run. */
async function machinePid(place: MachinePlace): Promise<number | undefined> {
  for (const pid of await findProcesses(place.namespace, mark(place))) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (/^NSpid:\t\d+\t1$/m.test(status)) return pid;
  }
  return undefined;
}

/** Part of the command line of a machine's first process. */
const mark = ({ folder }: MachinePlace) => `${INIT} ${folder} `;

function script(command: string[]): string {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  return `#!/bin/sh\nexec ${words.join(" ")}\n`;
}

async function write(path: string, content: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, mode);
}
