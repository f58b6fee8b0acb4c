import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { constants, homedir } from "node:os";
import { delimiter, join } from "node:path";
import { endUnusedHolder, ensureHolder, type Holder, insideHolder, podUserMends } from "./rootless-holder";
import { hasPodUsers, oneUserMessage } from "./rootless-limits";
import { defaultCacheFolder, ensureToolchain } from "./toolchain";

/** What a command does with a lab. */
export interface LabUse {
  /** It needs the toolchain, which is built before: there is no way to the internet from inside. */
  toolchain?: boolean;
  /** What if pods cannot run: an error says so, or a warning. Default: nothing is said. */
  withoutPods?: "error" | "warning";
}

/**
 * Lets the rest of a command run as root of the networks that labs live in. Root of the machine already is; for every
 * other user the command is run again in namespaces of the user's own, and this process ends as that one does.
 *
 * @throws Error that says what the machine lacks, and how to get it
 */
export async function enterLab(use: LabUse = {}): Promise<void> {
  if (process.getuid?.() === 0) return;
  const { execPath, execArgv, argv } = process;
  process.exit(await runInLab([execPath, ...execArgv, ...argv.slice(1)], use));
}

/**
 * Runs a command where the addresses of the user's labs are reachable.
 *
 * @returns its exit code
 */
export async function runInLab(command: string[], { toolchain, withoutPods }: LabUse = {}): Promise<number> {
  if (process.getuid?.() === 0) return exitCode(command, process.env);
  if (toolchain) await ensureToolchain();
  const holder = await ensureHolder();
  try {
    await reportLimits(holder, withoutPods);
    return await exitCode(insideHolder(holder, command), await insideEnvironment());
  } finally {
    await endUnusedHolder(holder);
  }
}

async function reportLimits(holder: Holder, withoutPods: LabUse["withoutPods"]): Promise<void> {
  if (withoutPods === undefined || hasPodUsers(holder.pid)) return;
  const message = oneUserMessage(await podUserMends());
  if (withoutPods === "error") throw new Error(message);
  console.warn(message);
}

async function exitCode([file, ...args]: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(file!, args, { stdio: "inherit", env });
  // A terminal sends it to the command too, whose end is what to wait for.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal!];
}

async function insideEnvironment(): Promise<NodeJS.ProcessEnv> {
  const { PATH, PULUMI_HOME } = process.env;
  // What programs keep for root in the shared folder belongs to root of the machine.
  const temporary = join(defaultCacheFolder(), "tmp");
  await mkdir(temporary, { recursive: true });
  return {
    ...process.env,
    TMPDIR: temporary,
    // Many users' PATH lacks the folders of the commands that make networks.
    PATH: [PATH, "/usr/sbin", "/sbin"].filter(Boolean).join(delimiter),
    // Pulumi would look it up, and find that of the machine's root.
    PULUMI_HOME: PULUMI_HOME || join(homedir(), ".pulumi"),
  };
}
