import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { V1DownwardAPIVolumeFile, V1KeyToPath, V1Pod, V1Volume } from "@kubernetes/client-node";
import { fieldValue, type PodFacts, resourceValue } from "./fields";
import type { ObjectSource } from "./sources";

/** Contents of a volume by the path of each file. */
export type VolumeFiles = Map<string, { content: Buffer | string; mode: number }>;

/** What volumes are made from. */
export interface VolumeContext {
  pod: V1Pod;
  facts: PodFacts;
  source: ObjectSource;
  /** A token of the pod's service account, as it is now. */
  token: (audience: string | undefined, seconds: number) => string;
}

const DEFAULT_MODE = 0o644;

/** Containers of any user share it. */
const EMPTY_DIR_MODE = 0o777;

/** Creates or brings up to date a volume in the given folder. */
export async function writeVolume(folder: string, volume: V1Volume, context: VolumeContext): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (volume.emptyDir) return chmod(folder, EMPTY_DIR_MODE);
  await writeFiles(folder, volumeFiles(volume, context));
}

/** Files of any kind of volume but emptyDir. Throws what the kubelet would show as FailedMount. */
export function volumeFiles(volume: V1Volume, context: VolumeContext): VolumeFiles {
  const { pod, source } = context;
  const namespace = pod.metadata!.namespace!;
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) {
    const data = source.configMap(namespace, configMap.name!, configMap.optional);
    return pickKeys(data, configMap.items, configMap.defaultMode);
  }
  if (secret) {
    const data = source.secret(namespace, secret.secretName!, secret.optional);
    return pickKeys(data, secret.items, secret.defaultMode);
  }
  if (downwardAPI) return downwardFiles(downwardAPI.items, downwardAPI.defaultMode, context);
  if (projected) return projectedFiles(projected, context);
  const kind = Object.keys(volume).find((key) => key !== "name") ?? "unknown";
  throw new Error(`volume ${volume.name}: volumes of kind ${kind} are not supported by the lab`);
}

function projectedFiles(projected: NonNullable<V1Volume["projected"]>, context: VolumeContext): VolumeFiles {
  const { pod, source, token } = context;
  const namespace = pod.metadata!.namespace!;
  const mode = projected.defaultMode ?? DEFAULT_MODE;
  const files: VolumeFiles = new Map();
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of projected.sources ?? []) {
    const parts: VolumeFiles[] = [];
    if (configMap) {
      parts.push(
        pickKeys(source.configMap(namespace, configMap.name!, configMap.optional), configMap.items, mode),
      );
    }
    if (secret)
      parts.push(pickKeys(source.secret(namespace, secret.name!, secret.optional), secret.items, mode));
    if (downwardAPI) parts.push(downwardFiles(downwardAPI.items, mode, context));
    if (serviceAccountToken) {
      const { path, audience, expirationSeconds } = serviceAccountToken;
      parts.push(new Map([[path, { content: token(audience, expirationSeconds ?? 3600), mode }]]));
    }
    for (const part of parts) for (const [path, file] of part) files.set(path, file);
  }
  return files;
}

function pickKeys(
  data: Record<string, Buffer>,
  items?: V1KeyToPath[],
  defaultMode = DEFAULT_MODE,
): VolumeFiles {
  const picks = items ?? Object.keys(data).map((key): V1KeyToPath => ({ key, path: key }));
  const present = picks.filter(({ key }) => data[key] !== undefined);
  return new Map(
    present.map(({ key, path, mode }) => [path, { content: data[key]!, mode: mode ?? defaultMode }]),
  );
}

function downwardFiles(
  items: V1DownwardAPIVolumeFile[] = [],
  defaultMode = DEFAULT_MODE,
  { pod, facts }: VolumeContext,
): VolumeFiles {
  const content = ({ fieldRef, resourceFieldRef }: V1DownwardAPIVolumeFile) => {
    if (fieldRef) return fieldValue(pod, fieldRef, facts);
    const containers = [...pod.spec!.containers, ...(pod.spec!.initContainers ?? [])];
    const container = containers.find(({ name }) => name === resourceFieldRef!.containerName);
    return resourceValue(container!, resourceFieldRef!);
  };
  return new Map(
    items.map((item) => [item.path, { content: content(item), mode: item.mode ?? defaultMode }]),
  );
}

/**
 * Replaces all files of a volume at once, as the kubelet does: they are links into ..data, itself a link to a folder
 * of one state of the volume. Programs that watch ..data see exactly one change.
 */
export async function writeFiles(folder: string, files: VolumeFiles): Promise<void> {
  const state = `..${digest(files)}`;
  const current = await readlink(join(folder, "..data")).catch(() => undefined);
  if (current === state) return;
  for (const [path, { content, mode }] of files) {
    const target = join(folder, state, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content, { mode });
  }
  await mkdir(join(folder, state), { recursive: true });
  await symlink(state, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  await linkEntries(folder, new Set([...files.keys()].map((path) => path.split("/")[0]!)));
  if (current !== undefined) await rm(join(folder, current), { recursive: true, force: true });
}

async function linkEntries(folder: string, wanted: Set<string>): Promise<void> {
  const present = (await readdir(folder)).filter((name) => !name.startsWith(".."));
  for (const name of wanted)
    if (!present.includes(name)) await symlink(join("..data", name), join(folder, name));
  for (const name of present) if (!wanted.has(name)) await rm(join(folder, name));
}

function digest(files: VolumeFiles): string {
  const hash = createHash("sha256");
  for (const [path, { content, mode }] of [...files].sort())
    hash.update(`${path}\0${mode}\0`).update(content);
  return hash.digest("hex").slice(0, 16);
}
