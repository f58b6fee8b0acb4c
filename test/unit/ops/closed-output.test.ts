import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";

const CLI = join(__dirname, "../../../ops/cli.ts");

/** A CLI of Pulumi's that knows no stack. */
const PULUMI = `#!/bin/sh
case $1 in version) echo v3.256.0;; *) echo '[]';; esac
`;

test("a command goes on to its end when nobody reads any more what it says, as behind head", async () => {
  const folder = mkdtempSync(join(tmpdir(), "closed-output-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const access = { stackReference: "org/clusters/prod", output: "kubeconfig" };
  const clusters = [{ name: "cluster1", network: "network1", access }];
  writeFileSync(join(folder, "Pulumi.yaml"), "name: p");
  writeFileSync(
    join(folder, "Pulumi.prod.yaml"),
    JSON.stringify({ config: { "istio-multicluster:mesh": { clusters } } }),
  );
  writeFileSync(join(folder, "pulumi"), PULUMI, { mode: 0o700 });
  const PATH = [folder, process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH, PULUMI_BACKEND_URL: `file://${folder}` };
  const args = ["--require", require.resolve("tsx/cjs"), CLI, "fleet", "status", "--stack", "prod"];
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect({ said, code }).toEqual({ said: "", code: 0 });
}, 120_000);
