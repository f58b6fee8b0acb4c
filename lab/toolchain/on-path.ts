import { findExecutable, loadExeca } from "./run";
import type { InstalledTool } from "./cache";
import { type Tool, type ToolName, tools } from "./tools";
import { printedVersion } from "./versions";

/** A tool whose executables are all on PATH in the pinned version, or undefined. */
export async function findOnPath(name: ToolName): Promise<InstalledTool | undefined> {
  const tool: Tool = tools[name];
  const executables = Object.entries(tool.executables);
  if (executables.length === 0) return undefined;
  const bin: Record<string, string> = {};
  for (const [executable, { versionArgs }] of executables) {
    const path = versionArgs && (await findExecutable(executable));
    if (path === undefined || (await versionOf(path, versionArgs!)) !== tool.version) return undefined;
    bin[executable] = path;
  }
  return { name, version: tool.version, origin: "PATH", bin };
}

async function versionOf(path: string, versionArgs: string[]): Promise<string | undefined> {
  const execa = await loadExeca();
  const { stdout } = await execa(path, versionArgs, { reject: false, stdin: "ignore", timeout: 10_000 });
  // Envoy prints its own path first, which may hold a version too.
  return printedVersion(stdout.replaceAll(path, ""));
}
