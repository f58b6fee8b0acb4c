import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Workspace } from "@pulumi/pulumi/automation";
import { afterAll, expect, test } from "vitest";
import { pulumi } from "../../../ops/pulumi-cli";

const folder = mkdtempSync(join(tmpdir(), "pulumi-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A workspace whose CLI prints a secret, and then ends as it is told to. */
function workspace(code: number): Workspace {
  const command = join(folder, `exits-with-${code}`);
  writeFileSync(
    command,
    `#!/bin/sh\necho "a secret in clear"\necho "error: no such stack" >&2\nexit ${code}\n`,
  );
  chmodSync(command, 0o700);
  return { pulumiCommand: { command }, workDir: folder, envVars: {} } as unknown as Workspace;
}

test("a command that fails is told by what it says of that, and not by what it has printed", async () => {
  const failure = await pulumi(workspace(1), ["stack", "export"]).catch((error: Error) => error.message);
  expect(failure).not.toContain("secret");
  expect(failure).toMatch(/exit code 1: .* stack export .*\nerror: no such stack$/);
});

test("one that may fail gives what it has said", async () => {
  expect(await pulumi(workspace(1), [], { reject: false })).toMatchObject({
    stderr: "error: no such stack",
  });
  expect(await pulumi(workspace(0), [])).toMatchObject({ stdout: "a secret in clear" });
});
