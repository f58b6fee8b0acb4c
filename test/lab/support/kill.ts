import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { StackPlace } from "../../../ops/stack";

const POLL_MS = 10;

/** A step of `up`, as support/up.ts prints it. */
export interface Moment {
  readonly phase: "start" | "done";
  /** Matched against the URN. */
  readonly urn: RegExp;
  /** Resolves when the moment is really there, for example once a half-made object is in the API. */
  readonly until?: () => Promise<unknown>;
}

/**
 * Runs `up` and kills it, engine, providers and all, at a moment.
 *
 * @returns the URN of the step
 * @throws Error when `up` ended before that moment came
 */
export async function killUpAt(place: StackPlace, moment: Moment): Promise<string> {
  const script = join(__dirname, "up.ts");
  const child = spawn("tsx", [script, JSON.stringify(place)], { detached: true });
  const errors: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const [phase, urn = ""] = line.split(" ", 2);
    if (phase !== moment.phase || !moment.urn.test(urn)) continue;
    await moment.until?.();
    await killTree(child.pid ?? 0);
    await exited;
    return urn;
  }
  throw new Error(`up ended before ${moment.phase} ${moment.urn}: ${errors.join("").slice(-3000)}`);
}

/** Providers run in process groups of their own, so the whole tree is found first and then killed at once. */
export async function killTree(root: number): Promise<void> {
  const tree = [root];
  for (const pid of tree) tree.push(...childrenOf(pid));
  for (const pid of tree) process.kill(pid, "SIGKILL");
  while (tree.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

/** A zombie has ended. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
