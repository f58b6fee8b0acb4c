import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runFailingProgram } from "../support/mocks";

const run = promisify(execFile);

test("of a program that fails twice, with a slow process between, both failures are told", async () => {
  const { failures } = await runFailingProgram(() => {
    void Promise.reject(new Error("at once"));
    void run(process.execPath, ["-e", "setTimeout(() => {}, 200)"]).then(() => {
      throw new Error("later");
    });
  });
  expect(failures).toEqual(["at once", "later"]);
});
