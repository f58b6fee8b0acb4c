import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, relative, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { FOR_KUBERNETES } from "../../components/internal/token-kubeconfig";
import { KubeconfigError } from "../mesh/kubeconfig";

/**
 * The text of a kubeconfig file; a leading `~` is the user's home. Files that it names relative to itself are found from
 * the project's folder, where the text is used.
 *
 * @throws KubeconfigError that says how to mend it
 */
export function readKubeconfigFile(file: string): string {
  const path = resolve(file.replace(/^~(?=\/)/, homedir()));
  try {
    return usedInProject(readFileSync(path, "utf8"), dirname(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") {
      throw new KubeconfigError(`cannot be read (${code}); check the file and its permissions`);
    }
    throw new KubeconfigError(
      file.includes(delimiter)
        ? "does not exist; name one file, the one that has the context, and not a list of them as KUBECONFIG may have"
        : "does not exist; correct kubeconfigFile or write the file",
    );
  }
}

/** A part of a kubeconfig. */
type Part = Record<string, unknown>;

/** @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#file-references */
function usedInProject(text: string, folder: string): string {
  const config = partOf(parsed(text));
  // Not structuredClone(), by which what an anchor names twice would be moved twice.
  const moved = JSON.parse(JSON.stringify(config)) as Part;
  for (const cluster of partsOf(moved, "clusters", "cluster"))
    movePaths(cluster, ["certificate-authority"], folder);
  for (const user of partsOf(moved, "users", "user")) {
    movePaths(user, ["client-certificate", "client-key", "tokenFile"], folder);
    const exec = partOf(user["exec"]);
    // A command without a folder is looked for on PATH.
    if (String(exec["command"]).includes("/")) movePaths(exec, ["command"], folder);
  }
  return isDeepStrictEqual(config, moved) ? text : stringify(moved, FOR_KUBERNETES);
}

/** What is no YAML is told where a context is looked for. */
function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function partsOf(config: Part, list: string, key: string): Part[] {
  const entries: unknown = config[list];
  return Array.isArray(entries) ? entries.map((entry) => partOf(partOf(entry)[key])) : [];
}

function partOf(value: unknown): Part {
  return typeof value === "object" && value !== null ? (value as Part) : {};
}

function movePaths(part: Part, keys: readonly string[], folder: string): void {
  for (const key of keys) {
    const path = part[key];
    if (typeof path === "string" && path !== "") part[key] = fromProject(path, folder);
  }
}

/** Within the project a relative path, since the state has it, and the project is elsewhere on every machine. */
function fromProject(path: string, folder: string): string {
  if (isAbsolute(path)) return path;
  const file = resolve(folder, path);
  const within = relative(process.cwd(), file);
  if (within.startsWith("..")) return file;
  // What is said to be a file stays one.
  return within.includes("/") || !path.includes("/") ? within : `./${within}`;
}
