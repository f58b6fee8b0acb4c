import { buildRequirements } from "./build";
import { type InstalledTool, ToolCache } from "./cache";
import { downloadAhead } from "./download-ahead";
import { type HostCommand, installMissing, missingCommands } from "./host-packages";
import { findInstalled } from "./installed";
import { formatDuration, runSteps, type Step } from "./progress";
import { type ToolName, tools } from "./tools";

export interface EnsureToolsOptions {
  cacheDir: string;
  /** Takes the progress line by line instead of standard output. */
  log?: (line: string) => void;
  /** Host commands to check besides those that the builds need. */
  hostCommands?: HostCommand[];
}

/** Returns the named tools: from the cache, else as the user has them, else built now. Says nothing when all are there. */
export async function ensureTools<Name extends ToolName>(
  names: Name[],
  { cacheDir, log, hostCommands = [] }: EnsureToolsOptions,
): Promise<Record<Name, InstalledTool>> {
  const cache = new ToolCache(cacheDir);
  const found = await Promise.all(names.map((name) => findTool(cache, name)));
  const installed = new Map(names.map((name, index) => [name, found[index]]));
  const missing = names.filter((name) => installed.get(name) === undefined);
  const steps: Step[] = [];

  const needed = missing.flatMap((name) => buildRequirements(tools[name]));
  const missingFromHost = await missingCommands([...new Set([...hostCommands, ...needed])]);
  if (missingFromHost.length > 0) {
    steps.push({ title: "host packages", run: (report) => installMissing(missingFromHost, report) });
  }
  if (missing.length > 0) {
    (log ?? console.log)(await announcement(cache, missing, cacheDir));
    for (const [name, tool] of installed) {
      const run = async (report: (state: string) => void) => {
        if (tool !== undefined) return tool.origin;
        const start = Date.now();
        installed.set(name, await build(cache, name, report));
        return `built in ${formatDuration((Date.now() - start) / 1000)}`;
      };
      steps.push({ title: `${name} ${tools[name].version}`, run });
    }
  }
  const ended = new AbortController();
  void downloadAhead(missing, ended.signal);
  try {
    if (steps.length > 0) await runSteps(steps, log);
  } finally {
    ended.abort();
  }
  return Object.fromEntries(installed) as Record<Name, InstalledTool>;
}

async function findTool(cache: ToolCache, name: ToolName): Promise<InstalledTool | undefined> {
  return (await cache.find(name)) ?? findInstalled(name);
}

async function build(
  cache: ToolCache,
  name: ToolName,
  report: (state: string) => void,
): Promise<InstalledTool> {
  const estimate = formatDuration(await estimateSeconds(cache, name));
  return cache.build(name, {
    wait: () => report("waiting for another run's build"),
    start: () => report(`building, about ${estimate}`),
  });
}

async function announcement(cache: ToolCache, missing: ToolName[], cacheDir: string): Promise<string> {
  const seconds = await Promise.all(missing.map((name) => estimateSeconds(cache, name)));
  const total = formatDuration(seconds.reduce((sum, each) => sum + each, 0));
  const tools = missing.length === 1 ? "1 tool" : `${missing.length} tools`;
  return `Building ${tools} of the lab into ${cacheDir}, only this once: about ${total} cold on 2 cores.`;
}

/** The table's figure or this machine's own if that is longer: a shorter one may have found Go's cache warm. */
async function estimateSeconds(cache: ToolCache, name: ToolName): Promise<number> {
  return Math.max(tools[name].coldMinutes * 60, (await cache.longestBuildSeconds(name)) ?? 0);
}
