import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { ensureToolchain } from "../lab/toolchain";
import { LAB_PASSPHRASE } from "./lab-mesh";
import { openStack } from "./stack";

/** A stack that a command works on. */
export interface OpenedStack {
  readonly stack: Stack;
  /** Folder of the file backend; none where the backend manages its locks itself. */
  readonly stateDir?: string | undefined;
}

/**
 * Opens a stack by name: a lab's, if there is a lab of that name and the environment names no other backend,
 * else the one that the Pulumi CLI of the environment would take in this folder.
 */
export async function openNamedStack(name: string, projectDir = process.cwd()): Promise<OpenedStack> {
  const labDir = join(projectDir, ".lab", name);
  const backend = process.env["PULUMI_BACKEND_URL"];
  if (backend === undefined && existsSync(join(labDir, "pulumi"))) return openLabStack(name, labDir);
  const stack = await LocalWorkspace.selectStack({ stackName: name, workDir: projectDir });
  const file = /^file:\/\/(.+)$/.exec(backend ?? "")?.[1];
  return { stack, stateDir: file === undefined ? undefined : resolve(projectDir, file) };
}

async function openLabStack(name: string, labDir: string): Promise<OpenedStack> {
  const toolchain = await ensureToolchain();
  const place = {
    stack: name,
    workDir: join(labDir, "pulumi"),
    stateDir: join(labDir, "state"),
    passphrase: LAB_PASSPHRASE,
    pulumi: toolchain.bin.pulumi,
    pluginDir: toolchain.pluginDir,
  };
  return { stack: await openStack(place), stateDir: place.stateDir };
}
