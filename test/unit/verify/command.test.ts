import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseDuration, verify } from "../../../ops/verify";
import { ask } from "../../../verify/kube/ask";
import { CannotLookError } from "../../../verify/kube/errors";
import { limited } from "../../../verify/kube/limit";

afterEach(() => vi.restoreAllMocks());

describe("npm run verify", () => {
  test.each([
    ["90s", 90],
    ["5m", 300],
    ["1h30m", 5400],
    ["12h", 43_200],
    ["5", undefined],
    ["5 m", undefined],
    ["", undefined],
    ["soon", undefined],
  ])("takes %j for %s seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test("exits with 2 if the stack cannot be opened, and says why", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    vi.stubEnv("PULUMI_BACKEND_URL", "file:///nowhere");
    expect(await verify({ stack: "none" })).toBe(2);
    expect(said).toHaveBeenCalledTimes(1);
    vi.unstubAllEnvs();
  });

  test("exits with 2 if it does not understand what it is told", () => {
    const cli = join(__dirname, "../../../ops/cli.ts");
    const { status, stderr } = spawnSync("tsx", [cli, "verify", "--wait", "soon"], { encoding: "utf8" });
    expect(stderr).toContain("give a duration such as 90s");
    expect(status).toBe(2);
  });
});

describe("a question to a pod", () => {
  const target = (pod: string) => ({ namespace: "ns", pod, container: "c" });

  test("that fails is put to another one, or once more to the only one", async () => {
    const asked: string[] = [];
    const question = async ({ pod }: { pod: string }) => {
      asked.push(pod);
      if (asked.length % 2 === 1) throw new Error("gone");
      return pod;
    };
    expect(await ask([target("a"), target("b")], question)).toMatchObject({
      answer: "b",
      remark: " (asked pod b instead, after: gone)",
    });
    expect(await ask([target("a")], question)).toMatchObject({
      answer: "a",
      remark: " (asked once more, after: gone)",
    });
    expect(asked).toEqual(["a", "b", "a", "a"]);
  });

  test("that fails twice tells both reasons; one that may not be put is put once", async () => {
    const never = vi.fn(async () => Promise.reject(new Error("gone")));
    await expect(ask([target("a")], never)).rejects.toThrow("gone; asked once more: gone");
    const forbidden = vi.fn(async () => Promise.reject(new CannotLookError("forbidden")));
    await expect(ask([target("a"), target("b")], forbidden)).rejects.toThrow(/^forbidden$/);
    expect(forbidden).toHaveBeenCalledTimes(1);
  });
});

test("actions that are limited run so many at a time, all of them, whether or not they fail", async () => {
  const run = limited(2);
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 7 }, (_, index) =>
      run(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        if (index % 3 === 0) throw new Error("it fails");
        return index;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(results.map(({ status }) => status)).toEqual([
    "rejected",
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "rejected",
  ]);
});
