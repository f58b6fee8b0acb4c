import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { InstalledTool } from "./cache";
import type { Tool } from "./recipe";
import { findExecutable, loadExeca } from "./run";
import { type ToolName, tools } from "./tools";
import { printedVersion } from "./versions";

/** A tool that the user has in the pinned version, with all its executables, or undefined. */
export async function findInstalled(name: ToolName): Promise<InstalledTool | undefined> {
  return (await locate(name, "on PATH", onPath)) ?? (await locate(name, "in Pulumi's home", inPulumiHome));
}

async function locate(
  name: ToolName,
  origin: InstalledTool["origin"],
  find: (executable: string, tool: Tool) => Promise<string | undefined>,
): Promise<InstalledTool | undefined> {
  const tool: Tool = tools[name];
  const executables = Object.keys(tool.executables);
  if (executables.length === 0) return undefined;
  const bin: Record<string, string> = {};
  for (const executable of executables) {
    const path = await find(executable, tool);
    if (path === undefined) return undefined;
    bin[executable] = path;
  }
  return { name, version: tool.version, origin, bin };
}

function onPath(executable: string, tool: Tool): Promise<string | undefined> {
  return ofVersion(executable, executable, tool);
}

/** Pulumi's installer puts the CLI there, and `pulumi plugin install` each plugin in a folder that names its version. */
async function inPulumiHome(executable: string, tool: Tool): Promise<string | undefined> {
  if (!tool.forProgram) return undefined;
  const home = process.env.PULUMI_HOME || join(homedir(), ".pulumi");
  if (executable === "pulumi") return ofVersion(join(home, "bin/pulumi"), executable, tool);
  const folder = join(home, "plugins", `${executable.replace("pulumi-", "")}-v${tool.version}`);
  // The mark of an installation that did not come to its end.
  if (existsSync(`${folder}.partial`)) return undefined;
  return findExecutable(join(folder, executable));
}

/** The path of a command if it prints the tool's version. */
async function ofVersion(command: string, executable: string, tool: Tool): Promise<string | undefined> {
  const { versionArgs } = tool.executables[executable]!;
  const path = versionArgs && (await findExecutable(command));
  if (path === undefined) return undefined;
  const execa = await loadExeca();
  const { stdout } = await execa(path, versionArgs, { reject: false, stdin: "ignore", timeout: 10_000 });
  // Envoy prints its own path first, which may hold a version too.
  return printedVersion(stdout.replaceAll(path, "")) === tool.version ? path : undefined;
}
