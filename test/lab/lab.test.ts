import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec, down, type Lab, status, up } from "../../lab";
import { labFolder } from "../../lab/state";
import { ensureHub } from "../../lab/network/wiring";
import { ensureToolchain, type Toolchain } from "../../lab/toolchain";
import { hasFailed, keepLogs } from "./support/keep-logs";

const A = defaultSpec("test-a", 1);
const B = defaultSpec("test-b", 1);
const KILLED = "test-killed";

describe("the lab", () => {
  let toolchain: Toolchain;
  const settings = machineSettings();

  beforeAll(async () => {
    toolchain = await ensureToolchain();
    await Promise.all([down(A.name), down(B.name)]);
  });
  afterAll(async ({}, tests) => {
    for (const { name } of [A, B]) {
      if (hasFailed(tests)) keepLogs(labFolder(name), toolchain.bin.kubectl);
      await down(name);
    }
  });

  test("two labs run side by side under addresses of their own", async () => {
    const [a, b] = await Promise.all([up(A, toolchain), up(B, toolchain)]);
    expect(a.clusters[0]?.apiServer).not.toBe(b.clusters[0]?.apiServer);
    for (const lab of [a, b]) expect(nodes(lab, toolchain)).toBe("cluster1-node1");
  });

  test("the machine's settings stay, but for a limit that is raised where seven clusters would not do with it", () => {
    expect(machineSettings()).toEqual(settings);
    expect(Number(readFileSync("/proc/sys/fs/inotify/max_user_instances"))).toBeGreaterThanOrEqual(8192);
  });

  test("an up that is killed on its way is mended by the next one", async () => {
    await down(A.name);
    const child = spawn("tsx", ["lab/cli.ts", "up", "--name", A.name, "--clusters", "1"], {
      detached: true,
      stdio: "ignore",
    });
    const exited = once(child, "exit");
    await until(() => namespaces().some((name) => name.startsWith(`im.${A.name}.node.`)));
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await exited;
    expect(nodes(await up(A, toolchain), toolchain)).toBe("cluster1-node1");
  });

  test("down leaves nothing of an up that was killed", async () => {
    const child = spawn("tsx", ["lab/cli.ts", "up", "--name", KILLED, "--clusters", "1"], {
      detached: true,
      stdio: "ignore",
    });
    const exited = once(child, "exit");
    await until(() => tracesOf(KILLED).some((trace) => trace.includes("kubelet")));
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await exited;
    await down(KILLED);
    expect(tracesOf(KILLED)).toEqual([]);
  });

  test("a second up changes nothing", async () => {
    const before = await status(A.name);
    await up(A, toolchain);
    expect(await status(A.name)).toEqual(before);
  });

  test("down leaves no process, mount, control group, namespace, interface or file, and the other lab alone", async () => {
    const folder = join(__dirname, "../../.lab", A.name);
    expect(existsSync(folder)).toBe(true);
    expect(tracesOf(A.name).length).toBeGreaterThan(0);
    await down(A.name);
    expect(existsSync(folder)).toBe(false);
    expect(tracesOf(A.name)).toEqual([]);
    expect((await status(B.name)).clusters[0]?.processes).toBeGreaterThan(0);
  });

  test("a lab of that name from another folder is in the way only while it runs", async () => {
    const hub = `im.${A.name}.hub`;
    await ensureHub(A.name, "one folder");
    const process = spawn("ip", ["netns", "exec", hub, "sleep", "60"]);
    await until(() => execFileSync("ip", ["netns", "pids", hub]).length > 0);
    await expect(ensureHub(A.name, "another")).rejects.toThrow(
      "A lab named test-a runs already, from one folder: take it down there, or give this one another name.",
    );
    process.kill("SIGKILL");
    await once(process, "exit");
    await ensureHub(A.name, "another");
    expect(tracesOf(A.name).join()).toContain(" alias test-a another");
  });
});

function nodes(lab: Lab, { bin }: Toolchain): string {
  const args = ["--kubeconfig", lab.kubeconfig, "get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"];
  return execFileSync(bin.kubectl, args, { encoding: "utf8" });
}

/** What kubelets set for the whole machine, unless they are kept from it. */
function machineSettings(): string {
  const settings = [
    "vm.overcommit_memory",
    "vm.panic_on_oom",
    "kernel.panic",
    "kernel.panic_on_oops",
    "kernel.keys",
  ];
  return execFileSync("sysctl", ["-a", "--pattern", `^(${settings.join("|")})`], { encoding: "utf8" });
}

/** All that a lab can leave: what carries its name, and processes and mounts, wherever they are, that name its folder. */
function tracesOf(lab: string): string[] {
  const lines = (command: string, ...args: string[]) =>
    execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 }).split("\n");
  // A process may end meanwhile.
  const mounts = lines("sh", "-c", "cat /proc/[0-9]*/mountinfo 2>/dev/null | sort -u");
  return [
    ...namespaces().filter((name) => name.startsWith(`im.${lab}.`)),
    ...lines("ip", "-o", "link").filter((line) => line.includes(` alias ${lab} `)),
    ...lines("ps", "-eo", "args").filter((line) => line.includes(`.lab/${lab}/`)),
    ...mounts.filter((line) => line.includes(`.lab/${lab}/`)),
    ...lines("find", "/sys/fs/cgroup", "-name", `im.${lab}.*`).filter(Boolean),
  ];
}

function namespaces(): string[] {
  return execFileSync("ip", ["netns", "list"], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
