import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const HOST = join(__dirname, "../../../lab/language-host/pulumi-language-nodejs");

test("the lab's language host ends with the CLI that started it, which may not tell it to", async () => {
  // In a process group of its own, as the CLI starts it.
  const host = spawn(HOST, ["127.0.0.1:1"], { detached: true, stdio: ["pipe", "pipe", "ignore"] });
  onTestFinished(() => void host.kill("SIGKILL"));
  const ended = once(host, "exit");
  const [port] = (await once(host.stdout, "data")) as [Buffer];
  expect(port.toString()).toMatch(/^\d+\n$/);
  expect(host.exitCode ?? host.signalCode).toBeNull();
  host.stdin.end();
  expect(await ended).toEqual([null, "SIGINT"]);
});
