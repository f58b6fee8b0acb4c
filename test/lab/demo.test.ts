import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { down } from "../../lab";
import { ensureToolchain } from "../../lab/toolchain";
import { hasFailed, keepLogs } from "./support/keep-logs";

const REPOSITORY = join(__dirname, "../..");

/** A synchronous call is out of reach for the test runner's own limit. */
const TIMEOUT_MS = 6 * 60_000;

/** The README's first command on a fresh clone, as a new user runs it. */
let clone: string;

beforeAll(async () => {
  await down("test-demo");
  clone = mkdtempSync(join(tmpdir(), "clone-"));
  execFileSync("git", ["clone", "--quiet", REPOSITORY, clone]);
});
afterAll(async ({}, tests) => {
  if (hasFailed(tests)) keepLogs(join(clone, ".lab/test-demo"), (await ensureToolchain()).bin.kubectl);
  await down("test-demo");
  rmSync(clone, { recursive: true });
});

test("npm run demo shows that every client gets every expected answer", () => {
  const output = demo("--clusters", "2");
  expect(output).toMatch(/^cluster1 -> cluster2 .*ok/m);
  expect(output).toMatch(/^cluster1 +\d+ +\d+ +0 +0 +40 +v1, v2 +ok$/m);
  expect(output).toMatch(/^cluster2 +\d+ +\d+ +0 +0 +40 +v1, v2 +ok$/m);
  expect(output).toMatch(/The mesh is as planned/);
});

test("npm run verify finds the same, as JSON", () => {
  const output = npm("run", "--silent", "verify", "--", "--stack", "test-demo", "--json");
  const report = JSON.parse(output) as { ok: boolean; checks: { status: string }[] };
  expect(report.ok).toBe(true);
  expect(report.checks.length).toBeGreaterThan(10);
});

test("npm run demo -- --down takes everything away", () => {
  demo("--down");
  expect(existsSync(join(clone, ".lab/test-demo"))).toBe(false);
  expect(execFileSync("ip", ["netns", "list"], { encoding: "utf8" })).not.toContain("im.test-demo.");
});

function demo(...args: string[]): string {
  return npm("run", "demo", "--", "--name", "test-demo", ...args);
}

function npm(...args: string[]): string {
  return execFileSync("npm", args, {
    cwd: clone,
    encoding: "utf8",
    env: environmentOfAUser(),
    timeout: TIMEOUT_MS,
  });
}

/** Without what npm and vitest set for their own children. */
function environmentOfAUser(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITE|TEST)/.test(name));
  const path = (process.env["PATH"] ?? "").split(":").filter((folder) => !folder.startsWith(REPOSITORY));
  return { ...Object.fromEntries(own), PATH: path.join(":") };
}
