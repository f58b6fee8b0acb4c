import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
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
  const removeThem = () => removeStaleLocks(stateDir, "istio-multicluster", "dev");

  test("removes the lock of a dead process, with the file that describes it", async () => {
    const { pid } = spawnSync("true");
    lock({ pid });
    writeFileSync(`${lockFile}.attrs`, "{}");
    expect(await removeThem()).toEqual([`removed the lock a-lock: its process ${pid} is dead`]);
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

  test("keeps the lock of another machine", async () => {
    const { pid } = spawnSync("true");
    lock({ pid, hostname: "elsewhere" });
    await expect(removeThem()).rejects.toThrow(LockHeldError);
    expect(existsSync(lockFile)).toBe(true);
  });

  test("has nothing to do for a stack without locks", async () => {
    expect(await removeStaleLocks(stateDir, "istio-multicluster", "other")).toEqual([]);
  });
});
