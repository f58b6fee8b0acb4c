import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec, down, type Lab, status, up } from "../../lab";
import { ensureHub } from "../../lab/network/wiring";
import { ensureToolchain, type Toolchain } from "../../lab/toolchain";

const A = defaultSpec("test-a", 1);
const B = defaultSpec("test-b", 1);

describe("the lab", () => {
  let toolchain: Toolchain;

  beforeAll(async () => {
    toolchain = await ensureToolchain();
    await Promise.all([down(A.name), down(B.name)]);
  });
  afterAll(() => Promise.all([down(A.name), down(B.name)]));

  test("two labs run side by side under addresses of their own", async () => {
    const [a, b] = await Promise.all([up(A, toolchain), up(B, toolchain)]);
    expect(a.clusters[0]?.apiServer).not.toBe(b.clusters[0]?.apiServer);
    for (const lab of [a, b]) expect(nodes(lab, toolchain)).toBe("cluster1-node");
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
    expect(nodes(await up(A, toolchain), toolchain)).toBe("cluster1-node");
  });

  test("a second up changes nothing", async () => {
    const before = await status(A.name);
    await up(A, toolchain);
    expect(await status(A.name)).toEqual(before);
  });

  test("down leaves no process, namespace, interface or file, and the other lab alone", async () => {
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

/** Namespaces and interfaces that carry a lab's name, and processes whose command line names its folder. */
function tracesOf(lab: string): string[] {
  const interfaces = execFileSync("ip", ["-o", "link"], { encoding: "utf8" }).split("\n");
  const processes = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
  return [
    ...namespaces().filter((name) => name.startsWith(`im.${lab}.`)),
    ...interfaces.filter((line) => line.includes(` alias ${lab} `)),
    ...processes.filter((line) => line.includes(`.lab/${lab}/`)),
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
