import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
import { buildEnvironment, buildTool } from "./build";
import { withFileLock } from "./file-lock";
import type { Tool } from "./recipe";
import { run } from "./run";
import { type ToolName, tools } from "./tools";

/** A tool in the cache or of the user's own. */
export interface InstalledTool {
  name: ToolName;
  version: string;
  origin: "cached" | "on PATH" | "in Pulumi's home";
  /** Folder of files that are no executables; only in the cache. */
  folder?: string;
  /** Absolute path of each executable. */
  bin: Record<string, string>;
}

/** What is kept beside a tool in the cache. Its presence is what makes an entry complete. */
interface BuildRecord {
  builtAt: string;
  seconds: number;
}

const RECORD = "build.json";

/** The cache of everything native; outside the repository, so that a fresh clone finds it. */
export function defaultCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.ISTIO_MULTICLUSTER_CACHE) return env.ISTIO_MULTICLUSTER_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "istio-multicluster");
}

/** Names a tool's entry after all that its build depends on: changed pins build anew, the old entry stays. */
export function cacheKey(name: string, tool: Tool, files: Record<string, string>): string {
  const { coldMinutes: _minutes, forProgram: _use, ...definition } = tool;
  const platform = [process.platform, process.arch];
  const inputs = { definition, files: Object.entries(files).sort(), platform };
  const hash = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 12);
  return `${name}-${tool.version}-${hash}`;
}

/** The cache entries under one folder. */
export class ToolCache {
  private readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  /** The built tool, or undefined if its present pins were never built. */
  async find(name: ToolName): Promise<InstalledTool | undefined> {
    const folder = this.folder(name);
    if ((await readRecord(folder)) === undefined) return undefined;
    const names = Object.keys(tools[name].executables);
    const bin = Object.fromEntries(names.map((executable) => [executable, join(folder, "bin", executable)]));
    return { name, version: tools[name].version, origin: "cached", folder, bin };
  }

  /** Builds a tool unless another run has done so meanwhile. Builds of all runs queue for one lock. */
  async build(name: ToolName, on: { wait: () => void; start: () => void }): Promise<InstalledTool> {
    await mkdir(join(this.root, "tools"), { recursive: true });
    await mkdir(join(this.root, "logs"), { recursive: true });
    return withFileLock(join(this.root, "build.lock"), on.wait, async () => {
      const built = await this.find(name);
      if (built !== undefined) return built;
      on.start();
      await this.buildLocked(name);
      return (await this.find(name))!;
    });
  }

  /** Seconds that the longest build of any version of the tool took here, or undefined. */
  async longestBuildSeconds(name: ToolName): Promise<number | undefined> {
    const entries = await readdir(join(this.root, "tools")).catch(() => []);
    const ofTool = entries.filter((entry) => entry.replace(/-[^-]+-[0-9a-f]{12}$/, "") === name);
    const records = await Promise.all(ofTool.map((entry) => readRecord(join(this.root, "tools", entry))));
    const seconds = records.filter((record) => record !== undefined).map((record) => record.seconds);
    return seconds.length === 0 ? undefined : Math.max(...seconds);
  }

  private folder(name: ToolName): string {
    return join(this.root, "tools", cacheKey(name, tools[name], readTree(pinsFolder(name))));
  }

  private async buildLocked(name: ToolName): Promise<void> {
    const drafts = join(this.root, "drafts");
    // Under the lock, whatever is here was left by a run that died.
    await rm(drafts, { recursive: true, force: true });
    await mkdir(drafts);
    // A name of its own: a compiler that outlived such a run must not write into this build's output.
    const work = await mkdtemp(join(drafts, `${name}-`));
    const source = join(work, "source");
    const output = join(work, "output");
    const log = join(this.root, "logs", `${name}.log`);
    await mkdir(output, { recursive: true });
    await rm(log, { force: true });
    await cp(pinsFolder(name), source, { recursive: true });
    const start = Date.now();
    await buildTool(tools[name], {
      source,
      output,
      run: (command, args) => run(command, args, { cwd: source, env: buildEnvironment(tools[name]), log }),
    });
    const seconds = Math.round((Date.now() - start) / 1000);
    const record: BuildRecord = { builtAt: new Date().toISOString(), seconds };
    await writeFile(join(output, RECORD), JSON.stringify(record));
    const folder = this.folder(name);
    // A folder without a record is a damaged entry.
    await rm(folder, { recursive: true, force: true });
    await rename(output, folder);
    await rm(drafts, { recursive: true });
  }
}

/** The folder with what a tool's build is pinned by. */
export function pinsFolder(name: ToolName): string {
  return join(__dirname, tools[name].folder);
}

function readTree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [relative(folder, path), readFileSync(path, "utf8")];
    }),
  );
}

async function readRecord(folder: string): Promise<BuildRecord | undefined> {
  const text = await readFile(join(folder, RECORD), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as BuildRecord);
}
