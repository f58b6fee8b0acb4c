import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { signal } from "../network/namespaces";
import type { ContainerSetup } from "./container";
import { openLog } from "./log";
import { sandboxCommand } from "./sandbox";

/** A running container's processes. */
export interface ContainerProcess {
  /** The first process of the container's PID namespace, with which all others end. None if the start failed. */
  pid: number | undefined;
  /** Resolves to the exit code. */
  exit: Promise<number>;
  terminate(): Promise<void>;
  kill(): Promise<void>;
}

const INFO_FD = 3;
const SIGNAL_EXIT_CODE = 137;

/** Starts a container's process with its output in the log of the container's folder. */
export async function startProcess(
  { sandbox, command, env }: ContainerSetup,
  folder: string,
): Promise<ContainerProcess> {
  const log = await openLog(folder, sandbox.user, sandbox.group);
  const [file, args] = sandboxCommand(sandbox, command, INFO_FD);
  const child = spawn(file, args, { env, stdio: ["ignore", log.stdout, log.stderr, "pipe"] });
  log.close();
  const exit = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? SIGNAL_EXIT_CODE));
  });
  const pid = await firstProcess(child.stdio[INFO_FD] as Readable);
  return {
    pid,
    exit,
    // bubblewrap's own process comes first and waits for the container's command, its only child.
    terminate: async () => (await children(pid)).forEach((process) => signal(process, "SIGTERM")),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (pid === undefined) child.kill("SIGKILL");
      else signal(pid, "SIGKILL");
      await exit;
    },
  };
}

/** What bubblewrap tells of the sandbox that it has made. It says nothing if it could not make one. */
function firstProcess(info: Readable): Promise<number | undefined> {
  let text = "";
  return new Promise((resolve) => {
    // Read to its end: bubblewrap would die of a stream that is closed while it writes.
    info.on("data", (chunk) => {
      text += String(chunk);
      const pid = /"child-pid":\s*(\d+)/.exec(text)?.[1];
      if (pid !== undefined) resolve(Number(pid));
    });
    info.on("close", () => resolve(undefined));
  });
}

async function children(pid: number | undefined): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}
