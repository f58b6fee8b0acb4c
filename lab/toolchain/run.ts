import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { delimiter, resolve } from "node:path";

const LOG_TAIL_LINES = 40;

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** File that the command's output is appended to. */
  log: string;
}

// Imported on use: a `require` of execa fails under tsx, which does not find unicorn-magic's import-only exports.
export const loadExeca = async () => (await import("execa")).execa;

/** Runs a command with its output in a log file and returns what it wrote to standard output. */
export async function run(command: string, args: string[], options: RunOptions): Promise<string> {
  const execa = await loadExeca();
  const log = { file: options.log, append: true };
  const result = await execa(command, args, {
    cwd: options.cwd,
    env: options.env,
    reject: false,
    stdin: "ignore",
    stdout: ["pipe", log],
    stderr: log,
  });
  if (result.failed) {
    const tail = (await readFile(options.log, "utf8"))
      .trimEnd()
      .split("\n")
      .slice(-LOG_TAIL_LINES)
      .join("\n");
    throw new Error(`${result.shortMessage}\nLast lines of ${options.log}:\n${tail}`);
  }
  return result.stdout;
}

/** The absolute path of a command, or undefined. Looks in the sbin folders too, which are not on every user's PATH. */
export async function findExecutable(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), "/usr/sbin", "/sbin"];
  for (const folder of folders) {
    const path = resolve(folder, name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
}
