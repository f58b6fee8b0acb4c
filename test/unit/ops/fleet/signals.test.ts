import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const REPOSITORY = join(__dirname, "../../../..");

/** Hears a signal only once something that takes the processor is over, and takes its time to end then. */
const LATE = `
process.on("SIGINT", () => setTimeout(() => { console.log("ended by itself"); process.exit(); }, 1000));
setInterval(() => {}, 1000);
console.log("ready");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
`;

test("npm runs a fleet so that a command which hears of Ctrl-C late ends in its own time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fleet-signals-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "late.ts");
  writeFileSync(file, LATE);
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
    scripts: { fleet: string };
  };
  const command = scripts.fleet.replace("ops/cli.ts", file);
  expect(command).toContain(file);
  const PATH = [join(REPOSITORY, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  // In a process group of its own, all of which a terminal tells.
  const child = spawn(command, {
    cwd: REPOSITORY,
    env: { ...process.env, PATH },
    shell: true,
    detached: true,
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    if (output === "ready\n") process.kill(-(child.pid ?? 0), "SIGINT");
  });
  await once(child, "close");
  expect(output).toBe("ready\nended by itself\n");
});
