import { buildEnvironment, packageArguments } from "./build";
import { pinsFolder } from "./cache";
import type { Tool } from "./recipe";
import { loadExeca } from "./run";
import { type ToolName, tools } from "./tools";

/**
 * Downloads the modules of Go builds tool by tool, to be there when the build comes to it. What fails here is not
 * reported: it will fail in the build.
 */
export async function downloadAhead(names: ToolName[], signal: AbortSignal): Promise<void> {
  const execa = await loadExeca();
  for (const name of names) {
    if (signal.aborted) return;
    const tool: Tool = tools[name];
    if (tool.recipe.kind !== "go-build") continue;
    // Of a package that is listed, Go downloads no more than a build needs. Generated sources are not there yet: `-e`.
    await execa("go", ["list", "-e", "-deps", ...packageArguments(tool, tool.recipe)], {
      cwd: pinsFolder(name),
      env: buildEnvironment(tool),
      stdio: "ignore",
      reject: false,
      cancelSignal: signal,
    });
  }
}
