import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { folderLocks, type Lock, parseLocks } from "../../../ops/lock-stores";
import { LockHeldError, removeStaleLocks } from "../../../ops/stale-lock";

const DAY = 24 * 60 * 60 * 1000;

describe("removeStaleLocks", () => {
  let stateDir: string;
  let lockFile: string;

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), "locks-"));
    const folder = join(stateDir, ".pulumi/locks/organization/istio-multicluster/dev");
    mkdirSync(folder, { recursive: true });
    lockFile = join(folder, "a-lock.json");
  });
  afterEach(() => rmSync(stateDir, { recursive: true }));

  const lock = (changes: object) =>
    writeFileSync(
      lockFile,
      JSON.stringify({
        pid: process.pid,
        username: "me",
        hostname: hostname(),
        timestamp: new Date().toISOString(),
        ...changes,
      }),
    );
  const removeThem = (stack = "dev") =>
    removeStaleLocks(folderLocks(stateDir, "istio-multicluster", stack), stack);

  test("removes the lock of a dead process, with the file that describes it", async () => {
    const { pid } = spawnSync("true");
    lock({ pid });
    writeFileSync(`${lockFile}.attrs`, "{}");
    expect(await removeThem()).toEqual([`removed the lock ${lockFile}: its process ${pid} is dead`]);
    expect(existsSync(lockFile)).toBe(false);
    expect(existsSync(`${lockFile}.attrs`)).toBe(false);
  });

  test("removes the lock of a process that is dead but not reaped", async () => {
    // The sleep that takes the shell's place never reaps the shell's child, which ends once the shell is gone.
    const parent = spawn("sh", ["-c", "sleep 0.5 & echo $!; exec sleep 60"]);
    try {
      const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(chunk.toString());
      while (!/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) await setTimeout(10);
      lock({ pid });
      expect(await removeThem()).toHaveLength(1);
    } finally {
      parent.kill();
    }
  });

  test("keeps the lock of a running process and names its holder", async () => {
    lock({});
    await expect(removeThem()).rejects.toThrow(new RegExp(`in use by me's process ${process.pid}`));
    expect(existsSync(lockFile)).toBe(true);
  });

  test("removes a lock whose number another process has got since", async () => {
    lock({ timestamp: new Date(Date.now() - DAY).toISOString() });
    expect(await removeThem()).toHaveLength(1);
  });

  test("keeps that of a pulumi which seems to have begun since, as where the clock was set", async () => {
    const pulumi = join(stateDir, "pulumi");
    writeFileSync(pulumi, "#!/bin/sh\nread line\n", { mode: 0o700 });
    const running = spawn(pulumi);
    try {
      await once(running, "spawn");
      lock({ pid: running.pid, timestamp: new Date(Date.now() - DAY).toISOString() });
      await expect(removeThem()).rejects.toThrow(LockHeldError);
      expect(existsSync(lockFile)).toBe(true);
    } finally {
      running.kill();
    }
  });

  test("keeps the lock of another machine", async () => {
    const { pid } = spawnSync("true");
    lock({ pid, hostname: "elsewhere" });
    await expect(removeThem()).rejects.toThrow(LockHeldError);
    expect(existsSync(lockFile)).toBe(true);
  });

  test("has nothing to do for a stack without locks", async () => {
    expect(await removeThem("other")).toEqual([]);
  });

  test("finds the lock of a stack in a backend that knows no projects", async () => {
    lockFile = join(stateDir, ".pulumi/locks/dev/a-lock.json");
    mkdirSync(join(stateDir, ".pulumi/locks/dev"));
    lock({});
    await expect(removeThem()).rejects.toThrow(LockHeldError);
  });

  test("removes no lock if one of several is held", async () => {
    const stale = lockFile;
    lock({ pid: spawnSync("true").pid });
    lockFile = stale.replace("a-lock", "b-lock");
    lock({});
    await expect(removeThem()).rejects.toThrow(LockHeldError);
    expect(existsSync(stale)).toBe(true);
  });

  test("takes a lock that it cannot read for held", async () => {
    writeFileSync(lockFile, "");
    await expect(removeThem()).rejects.toThrow(`the lock ${lockFile} cannot be read`);
    writeFileSync(lockFile, JSON.stringify({ hostname: hostname(), timestamp: new Date().toISOString() }));
    await expect(removeThem()).rejects.toThrow(LockHeldError);
    expect(existsSync(lockFile)).toBe(true);
  });

  test("refuses where another has taken the lock in place of the one that it removed", async () => {
    const { pid } = spawnSync("true");
    const dead: Lock = {
      pid,
      username: "me",
      hostname: hostname(),
      timestamp: new Date().toISOString(),
      where: "a",
    };
    const held = [[dead], [{ ...dead, pid: process.pid, where: "b" }]];
    const store = { list: async () => held.shift() ?? [], remove: async () => {} };
    await expect(removeStaleLocks(store, "dev")).rejects.toThrow("stack dev was taken meanwhile");
  });
});

describe("parseLocks", () => {
  const headline =
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.";
  const line =
    "  s3://bucket/.pulumi/locks/organization/p/dev/9.json?endpoint=http://minio:9000: created by me@there (pid 42) at 2026-11-28T03:41:03Z";

  test("reads who holds a lock out of Pulumi's message", () => {
    expect(parseLocks([headline, line].join("\n"))).toEqual([
      {
        where: "s3://bucket/.pulumi/locks/organization/p/dev/9.json?endpoint=http://minio:9000",
        username: "me",
        hostname: "there",
        pid: 42,
        timestamp: "2026-11-28T03:41:03Z",
      },
    ]);
  });

  test.each([
    ["names fewer than it counts", [headline.replace("1 lock", "2 lock"), line].join("\n")],
    ["names none", headline],
    ["is of something else", "error: no stack named 'dev' found"],
    ["is none", ""],
  ])("does not take the lock for free where the message %s", (_, message) => {
    expect(() => parseLocks(message)).toThrow("cannot tell from Pulumi's answer whether the lock is free");
  });
});
