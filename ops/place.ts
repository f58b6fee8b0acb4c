import { resolve } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { list, openLab } from "../lab";
import { ensurePulumiToolchain } from "../lab/toolchain";
import { labProject } from "./lab-mesh";
import { openStack } from "./stack";
import { removeTornAttributes } from "./torn-attributes";

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
  const backend = process.env["PULUMI_BACKEND_URL"];
  if (backend === undefined && (await list()).includes(name)) return openLabStack(name);
  const file = /^file:\/\/(.+)$/.exec(backend ?? "")?.[1];
  const stateDir = file === undefined ? undefined : resolve(projectDir, file);
  if (stateDir !== undefined) await removeTornAttributes(stateDir);
  const stack = await LocalWorkspace.selectStack({ stackName: name, workDir: projectDir });
  return { stack, stateDir };
}

async function openLabStack(name: string): Promise<OpenedStack> {
  const place = await labProject(await openLab(name), await ensurePulumiToolchain());
  return { stack: await openStack(place), stateDir: place.stateDir };
}
