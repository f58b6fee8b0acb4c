import { mkdir, readFile, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { checkLabName, type ClusterSpec } from "./spec";

/** What a lab has to remember: the numbers from which all of its addresses follow. */
export interface LabState {
  name: string;
  /** Which of the machine's address ranges it holds. */
  slot: number;
  networks: { name: string; index: number }[];
  clusters: ClusterState[];
  /** Whether the API servers of new clusters log their requests. */
  audit?: boolean;
}

/** A cluster with the numbers from which its addresses follow. They never change. */
export interface ClusterState extends ClusterSpec {
  index: number;
  ranges: number;
}

const LABS_FOLDER = resolve(__dirname, "..", ".lab");

/** The folder with everything of one lab. */
export function labFolder(name: string): string {
  return join(LABS_FOLDER, name);
}

/** Names of the labs that have a folder here. */
export async function labNames(): Promise<string[]> {
  const entries = await readdir(LABS_FOLDER, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Removes all files of a lab, and the folder of labs with the last of them. */
export async function removeLabFolder(name: string): Promise<void> {
  await rm(labFolder(name), { recursive: true, force: true });
  await rmdir(LABS_FOLDER).catch(() => {});
}

/** Paths in the folder of one cluster of a lab. */
export function clusterPaths(labDir: string, cluster: string) {
  const dir = join(labDir, "clusters", cluster);
  return {
    dir,
    kubeconfig: join(dir, "kubeconfig.yaml"),
    /** Folders of machines: in `var/log` each has a log per service. */
    controlPlane: join(dir, "control-plane"),
    node: (name: string) => join(dir, "nodes", name),
    auditLog: join(dir, "control-plane", "var", "log", "audit.log"),
  };
}

export async function readState(name: string): Promise<LabState | undefined> {
  const text = await readFile(join(labFolder(name), "lab.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as LabState);
}

/** The state of a lab that has been brought up. */
export async function requireState(name: string): Promise<LabState> {
  checkLabName(name);
  const state = await readState(name);
  if (state === undefined)
    throw new Error(`There is no lab ${name} here: bring it up with npm run lab -- up.`);
  return state;
}

export async function writeState(state: LabState): Promise<void> {
  const dir = labFolder(state.name);
  // Not for other users: the folder holds keys, and volumes whose files the pods' own users read.
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFileAtomically(join(dir, "lab.json"), `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Readers see the old content or the new one, whenever this process dies. */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, content, { mode: 0o600 });
  await rename(draft, path);
}
