import { mkdir, readFile, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ClusterSpec } from "./spec";

/** What a lab has to remember: the numbers from which all of its addresses follow. */
export interface LabState {
  name: string;
  /** Which of the machine's address ranges it holds. */
  slot: number;
  networks: { name: string; index: number }[];
  clusters: (ClusterSpec & { index: number })[];
  /** Whether the API servers of new clusters log their requests. */
  audit?: boolean;
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

/** Each user sees its own network namespaces only: what runs of another user's lab would be missed, and stay. */
export async function requireOwnFolder(name: string): Promise<void> {
  for (const folder of [LABS_FOLDER, labFolder(name)]) {
    const uid = await stat(folder).then(
      (stats) => stats.uid,
      () => undefined,
    );
    if (uid === undefined || uid === process.getuid?.()) continue;
    throw new Error(
      `${folder} is another user's: as that user (with sudo, or without), run npm run lab -- down, and remove it.`,
    );
  }
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
    logs: join(dir, "logs"),
    /** The pod runtime's files: one folder per pod. */
    pods: join(dir, "pods"),
    runtimeConfig: join(dir, "runtime.json"),
    kwokRoot: { folder: join(dir, "kwok-root"), binary: join(dir, "kwok-in-its-root") },
    /** kwokctl keeps each cluster in the folder clusters/NAME of its working folder. */
    kwok: join(labDir, "kwok", "clusters", cluster),
    auditLog: join(labDir, "kwok", "clusters", cluster, "logs", "audit.log"),
  };
}

export async function readState(name: string): Promise<LabState | undefined> {
  const text = await readFile(join(labFolder(name), "lab.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as LabState);
}

export async function writeState(state: LabState): Promise<void> {
  const dir = labFolder(state.name);
  // Not for other users: the folder holds keys, and volumes whose files the pods' own users read.
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFileAtomically(join(dir, "lab.json"), `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Readers see the old content or the new one, whenever this process dies. */
export async function writeFileAtomically(
  path: string,
  content: string | Buffer,
  mode = 0o600,
): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, content, { mode });
  await rename(draft, path);
}
