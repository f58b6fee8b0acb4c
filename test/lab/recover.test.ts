import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ensurePulumiToolchain, type PulumiToolchain } from "../../lab/toolchain";
import { pulumiLocks } from "../../ops/lock-stores";
import { recover } from "../../ops/recover";
import { LockHeldError, removeStaleLocks } from "../../ops/stale-lock";
import { type Answer, ApiServer } from "../support/api-server";
import { type BackendSource, killUp, SECRET, TrialStack } from "./support/trial-stack";

const RECORD = "sh.helm.release.v1.istio-base.v1";
const REMOVED = `cluster1: removed istio-system/${RECORD}, the record of a half-installed release`;
const CLEARED = "cleared 1 interrupted creates from the state";

/** The API of a cluster in which a killed `up` was installing Istio's base. */
function halfInstalled(method: string, path: string): Answer {
  if (method === "DELETE") return { kind: "Status", status: "Success" };
  if (path !== "/api/v1/namespaces/istio-system/secrets") return 404;
  const metadata = {
    name: RECORD,
    namespace: "istio-system",
    uid: "u-1",
    resourceVersion: "42",
    creationTimestamp: new Date().toISOString(),
    labels: { owner: "helm", name: "istio-base", status: "pending-install" },
    managedFields: [{ manager: "pulumi-kubernetes" }],
  };
  return { kind: "SecretList", items: [{ metadata }] };
}

describe("recover, with the real Pulumi CLI", () => {
  let toolchain: PulumiToolchain;
  let api: ApiServer;
  let trial: TrialStack;
  let running: ChildProcess | undefined;
  /** What happens while a cluster is asked. */
  let meanwhile: () => void;

  beforeAll(async () => {
    toolchain = await ensurePulumiToolchain();
  });
  beforeEach(async () => {
    meanwhile = () => {};
    api = await ApiServer.start((method, path) => {
      meanwhile();
      return halfInstalled(method, path);
    });
  });
  afterEach(async () => {
    if (running) await killUp(running);
    running = undefined;
    api.stop();
    trial?.remove();
  });

  const start = async (source: BackendSource) => {
    trial = await TrialStack.start(toolchain, api.url, source);
  };
  const locks = () => (existsSync(trial.lockFolder) ? readdirSync(trial.lockFolder) : []);
  /** Locks that other CLI calls of a test take are gone in a moment. */
  const upHoldsLock = async () => {
    running = trial.up();
    const pid = running.pid;
    const held = () =>
      locks()
        .filter((file) => file.endsWith(".json"))
        .map((file) => trial.readLock(file).pid);
    await expect.poll(held, { timeout: 60_000 }).toEqual([pid]);
  };
  const writeLock = (changes: object) => {
    const lock = {
      pid: process.pid,
      username: "me",
      hostname: hostname(),
      timestamp: new Date().toISOString(),
    };
    writeFileSync(join(trial.lockFolder, "a-lock.json"), JSON.stringify({ ...lock, ...changes }));
  };

  test.each<BackendSource>(["PULUMI_BACKEND_URL", "login", "Pulumi.yaml"])(
    "waits for a running up, and mends after a killed one, in a file backend of %s",
    async (source) => {
      await start(source);
      await upHoldsLock();
      const refused = await trial.command("recover");
      expect(refused.stderr).toContain(`stack trial is in use by`);
      expect(refused.stderr).toContain(`process ${running?.pid} on ${hostname()}`);
      expect(refused.exitCode).toBe(1);
      expect(api.requests).toEqual([]);
      expect(await trial.pending()).toBe(1);

      await killUp(running!);
      const mended = await trial.command("recover");
      expect(mended.stderr).toBe("");
      expect(mended.stdout.split("\n")).toEqual([
        expect.stringMatching(/^removed the lock .*: its process \d+ is dead$/),
        REMOVED,
        CLEARED,
      ]);
      expect(locks()).toEqual([]);
      expect(api.changes).toHaveLength(1);
      expect(await trial.pending()).toBe(0);
      expect((await trial.command("recover")).stdout).toBe("nothing to mend in stack trial");
    },
  );

  test("leaves the lock of another machine, and everything else", async () => {
    await start("login");
    writeLock({ hostname: "elsewhere", pid: 1 });
    await expect(recover(trial.workspace, trial.name)).rejects.toThrow(
      /process 1 on elsewhere.*run this there, or.*"pulumi cancel --stack trial"/,
    );
    expect(api.requests).toEqual([]);
    expect(await trial.pending()).toBe(1);
  });

  test("mends a torn file once the lock is free, and reading commands never do", async () => {
    await start("login");
    const torn = `${trial.stateFile}.attrs`;
    writeFileSync(torn, "");
    const before = contents(trial.stateFolder);
    for (const reading of ["plan", "verify"]) {
      const { stderr, exitCode } = await trial.command(reading);
      expect(stderr).toContain('"npm run recover -- --stack trial" mends that');
      expect(exitCode).not.toBe(0);
    }
    expect(contents(trial.stateFolder)).toEqual(before);

    writeLock({});
    await expect(recover(trial.workspace, trial.name)).rejects.toThrow(LockHeldError);
    expect(existsSync(torn)).toBe(true);
    rmSync(join(trial.lockFolder, "a-lock.json"));
    expect(await recover(trial.workspace, trial.name)).toEqual([
      `removed the torn file .pulumi/stacks/istio-multicluster/trial.json.attrs`,
      REMOVED,
      CLEARED,
    ]);
  });

  test("has secrets as ciphertext only, and writes no file beside the backend", async () => {
    await start("login");
    const files = mkdtempSync(join(tmpdir(), "watched-"));
    vi.stubEnv("TMPDIR", files);
    const seen: string[] = [];
    const watcher = watch(files, (_, name) => seen.push(name ?? ""));
    // The first one fails at its last step.
    meanwhile = () => writeLock({});
    await expect(recover(trial.workspace, trial.name)).rejects.toThrow("currently locked by 1 lock");
    meanwhile = () => {};
    rmSync(join(trial.lockFolder, "a-lock.json"));
    expect(await recover(trial.workspace, trial.name)).toEqual([REMOVED, CLEARED]);
    watcher.close();
    vi.unstubAllEnvs();
    expect(seen).toEqual([]);
    rmSync(files, { recursive: true });
    expect(Object.values(contents(trial.stateFolder)).join()).not.toContain(SECRET);
    expect(JSON.stringify(await trial.state())).toContain("ciphertext");
  });

  test("undoes no update that ran while it mended", async () => {
    await start("login");
    meanwhile = () =>
      trial.editState((latest) => ({ ...latest, manifest: { time: "2030-01-01T00:00:00Z" } }));
    await expect(recover(trial.workspace, trial.name)).rejects.toThrow(
      "stack trial was changed while its clusters were being mended",
    );
    expect(await trial.pending()).toBe(1);
  });

  test("judges locks that only Pulumi can see, as in a bucket", async () => {
    await start("login");
    const store = pulumiLocks(trial.workspace, trial.name);
    const before = await trial.state();
    expect(await store.list()).toEqual([]);
    await upHoldsLock();
    await expect(removeStaleLocks(store, trial.name)).rejects.toThrow(`in use by`);
    expect(locks()).not.toEqual([]);
    const pid = running?.pid;
    await killUp(running!);
    expect(await removeStaleLocks(store, trial.name)).toEqual([
      expect.stringMatching(`removed the lock file://.*: its process ${pid} is dead`),
    ]);
    expect(locks()).toEqual([]);
    expect(await trial.state()).toEqual(before);
  });

  test("refuses Pulumi Cloud and names what to run instead", async () => {
    await start("login");
    const cloud = await ApiServer.start((_, path) =>
      path === "/api/user" ? { githubLogin: "me", name: "me", organizations: [] } : {},
    );
    const env = { PULUMI_BACKEND_URL: cloud.url, PULUMI_ACCESS_TOKEN: "t" };
    const { stderr, exitCode } = await trial.command("recover", env);
    cloud.stop();
    expect(stderr).toContain("is in Pulumi Cloud");
    expect(stderr).toContain("pulumi cancel --stack trial");
    expect(exitCode).toBe(1);
    expect(cloud.changes).toEqual([]);
    expect(api.requests).toEqual([]);
  });
});

/** What is in a folder, by path. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path, readFileSync(path, "utf8")];
    }),
  );
}
