import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadExeca } from "../toolchain/run";

const REMOVE_ATTEMPTS = 100;
const REMOVE_INTERVAL_MS = 50;

/** Where a machine keeps a hierarchy of control groups. */
export interface CgroupHierarchy {
  version: 1 | 2;
  mountPoint: string;
  /** Controllers of version 1, such as `memory`; version 2 lists its own in a file. */
  controllers: string[];
}

/** Controllers that kubelet wants where one hierarchy holds them all. */
const KUBELET_CONTROLLERS = ["cpuset", "cpu", "io", "memory", "hugetlb", "pids"];

/** By default all pods of a node together would get no more of a busy machine than one process outside of them. */
const CPU_FILES = { "cpu.shares": "16384", "cpu.weight": "1600" };

/** Files that the kernel leaves empty in a new cpuset of version 1, and without which no process may enter it. */
const CPUSET_FILES = ["cpuset.cpus", "cpuset.mems"];

/**
 * The hierarchies that kubelet and runc use: all of version 1, or the one of version 2. On a hybrid machine version 2
 * is there beside the others, without controllers.
 *
 * @param mountInfo - content of /proc/self/mountinfo
 */
export function cgroupHierarchies(mountInfo: string): CgroupHierarchy[] {
  const found = new Map<string, CgroupHierarchy>();
  for (const line of mountInfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const mountPoint = before.split(" ")[4] ?? "";
    const [type, , options = ""] = after.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") continue;
    const controllers = type === "cgroup2" ? [] : options.split(",").filter((option) => option !== "rw");
    found.set(mountPoint, { version: type === "cgroup2" ? 2 : 1, mountPoint, controllers });
  }
  return [...found.values()];
}

/** Makes a control group in every hierarchy, ready to take processes. */
export async function ensureCgroup(name: string): Promise<void> {
  for (const hierarchy of await machineHierarchies()) {
    const { version, mountPoint, controllers } = hierarchy;
    if (version === 2) await delegateControllers(mountPoint);
    await mkdir(join(mountPoint, name), { recursive: true });
    for (const [file, value] of Object.entries(CPU_FILES)) {
      const path = join(mountPoint, name, file);
      if (existsSync(path)) await writeFile(path, value);
    }
    if (!controllers.includes("cpuset")) continue;
    for (const file of CPUSET_FILES) {
      await writeFile(join(mountPoint, name, file), await readFile(join(mountPoint, file)));
    }
  }
}

/** Removes the control groups whose names begin so, with all below them; their processes have ended. */
export async function removeCgroups(prefix: string): Promise<void> {
  for (const { mountPoint } of await machineHierarchies()) {
    for (const name of await readdir(mountPoint)) {
      if (name.startsWith(prefix)) await removeTree(join(mountPoint, name));
    }
  }
}

/** Processes of a control group and of all below it whose path holds a text, as the host numbers them. */
export async function cgroupPids(name: string, pathPart: string): Promise<number[]> {
  const [hierarchy] = await machineHierarchies();
  const root = join(hierarchy!.mountPoint, name);
  const execa = await loadExeca();
  const { stdout } = await execa("find", [root, "-path", `*${pathPart}*/cgroup.procs`], { reject: false });
  const lists = await Promise.all(stdout.split("\n").map((file) => readFile(file, "utf8").catch(() => "")));
  return lists.flatMap((list) => list.split("\n").filter(Boolean).map(Number));
}

async function machineHierarchies(): Promise<CgroupHierarchy[]> {
  return cgroupHierarchies(await readFile("/proc/self/mountinfo", "utf8"));
}

/** In version 2 a group has only those controllers that the root hands down. */
async function delegateControllers(mountPoint: string): Promise<void> {
  const available = (await readFile(join(mountPoint, "cgroup.controllers"), "utf8")).trim().split(" ");
  for (const controller of KUBELET_CONTROLLERS.filter((name) => available.includes(name))) {
    await writeFile(join(mountPoint, "cgroup.subtree_control"), `+${controller}`);
  }
}

/** Pods' processes end with their node's first one, but the kernel takes its time for the last of them. */
async function removeTree(folder: string): Promise<void> {
  const execa = await loadExeca();
  for (let attempt = 1; existsSync(folder); attempt += 1) {
    // The last attempt tells what is in the way.
    const reject = attempt === REMOVE_ATTEMPTS;
    await execa("find", [folder, "-depth", "-type", "d", "-delete"], { reject });
    if (existsSync(folder)) await sleep(REMOVE_INTERVAL_MS);
  }
}
