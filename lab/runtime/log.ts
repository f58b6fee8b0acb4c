import { constants, createWriteStream, closeSync, openSync } from "node:fs";
import { chown, rename, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { loadExeca } from "../toolchain/run";

/** The ends of a container's standard streams that it writes to. */
export interface LogStreams {
  stdout: number;
  stderr: number;
  /** To be called once the container has them. */
  close(): void;
}

export const logFile = (folder: string) => `${folder}/log`;
export const previousLogFile = (folder: string) => `${folder}/log.previous`;

/**
 * Writes what a container prints to a log file, in the format of the container runtime interface that log readers
 * expect. The streams are named pipes that belong to the container's user, so that it can open /dev/stdout.
 */
export async function openLog(folder: string, user: number, group: number): Promise<LogStreams> {
  await rename(logFile(folder), previousLogFile(folder)).catch(() => {});
  const file = createWriteStream(logFile(folder), { flags: "a" });
  const names = ["stdout", "stderr"] as const;
  const execa = await loadExeca();
  const paths = names.map((name) => `${folder}/${name}`);
  await Promise.all(paths.map((path) => rm(path, { force: true })));
  await execa("mkfifo", ["--mode=600", ...paths]);
  let open = names.length;
  const [stdout, stderr] = await Promise.all(
    paths.map(async (path, index) => {
      await chown(path, user, group);
      // Reading first: opening a pipe for writing waits for a reader.
      const reader = new Socket({
        fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
        writable: false,
      });
      const lines = createInterface({ input: reader, crlfDelay: Infinity });
      lines.on("line", (line) => file.write(`${timestamp()} ${names[index]} F ${line}\n`));
      lines.on("close", () => {
        open -= 1;
        if (open === 0) file.end();
      });
      return openSync(path, constants.O_WRONLY);
    }),
  );
  return {
    stdout: stdout!,
    stderr: stderr!,
    close: () => [stdout!, stderr!].forEach((fd) => closeSync(fd)),
  };
}

/** RFC 3339 with nanoseconds, which readers of this format insist on. */
function timestamp(): string {
  return new Date().toISOString().replace("Z", "000000Z");
}
