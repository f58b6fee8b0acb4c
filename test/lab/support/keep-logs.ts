import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { RunnerTask, RunnerTestSuite } from "vitest";

const KEPT = resolve(__dirname, "../../../.failed");

/** Where a lab has logs: its loads', and those of its control planes, nodes and pods. */
const LOGS = ["logs", "clusters/*/control-plane/var/log", "clusters/*/nodes/*/var/log"];

/** What else is asked of each cluster; one that is down must not take long. */
const QUESTIONS = {
  "pods.txt": ["get", "pods", "-A", "-o", "wide"],
  "described.txt": ["describe", "pods", "-A"],
  "events.txt": ["get", "events", "-A", "--sort-by=.metadata.creationTimestamp"],
};
const TIMEOUT_MS = 30_000;

/** Copies what tells why the tests of a lab failed out of its folder, which goes with it, and says where it is. */
export function keepLogs(labDir: string, kubectl: string): void {
  const folder = join(
    KEPT,
    `${basename(labDir)}-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}`,
  );
  mkdirSync(folder, { recursive: true });
  for (const logs of globSync(LOGS, { cwd: labDir })) {
    cpSync(join(labDir, logs), join(folder, logs), { recursive: true, verbatimSymlinks: true });
  }
  const ask = (...args: string[]) => {
    const command = ["--kubeconfig", join(labDir, "kubeconfig"), "--request-timeout=5s", ...args];
    const { stdout, stderr } = spawnSync(kubectl, command, { encoding: "utf8", timeout: TIMEOUT_MS });
    return `${stdout}${stderr}`;
  };
  const contexts = existsSync(join(labDir, "kubeconfig")) ? ask("config", "get-contexts", "-o", "name") : "";
  for (const cluster of contexts.split("\n").filter(Boolean)) {
    mkdirSync(join(folder, "clusters", cluster), { recursive: true });
    for (const [file, question] of Object.entries(QUESTIONS)) {
      writeFileSync(join(folder, "clusters", cluster, file), ask("--context", cluster, ...question));
    }
  }
  console.error(`What the lab of the failed tests has logged is kept in ${folder}`);
}

/** Whether anything of a suite has failed so far. */
export function hasFailed(suite: Readonly<RunnerTestSuite>): boolean {
  const failed = (task: RunnerTask): boolean =>
    task.result?.state === "fail" || (task.type === "suite" && task.tasks.some(failed));
  return failed(suite);
}
