import { existsSync } from "node:fs";
import { CommandError, LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { list, openLab } from "../lab";
import { ensurePulumiToolchain } from "../lab/toolchain";
import { mendOfKilled } from "./failure";
import { labPlace } from "./lab-mesh";
import { openWorkspace } from "./stack";

/**
 * Opens the project of a stack by the stack's name: a lab's, if there is a lab of that name and the environment names no
 * other backend, else that of the folder, as the Pulumi CLI of the environment would. Writes nothing of it.
 *
 * @throws Error where a lab has no project yet
 */
export async function openNamedWorkspace(name: string, projectDir = process.cwd()): Promise<LocalWorkspace> {
  // The stacks of a mesh's parts have its name before a dot.
  const [mesh = name] = name.split(".");
  const isLab = process.env["PULUMI_BACKEND_URL"] === undefined && (await list()).includes(mesh);
  if (!isLab) return LocalWorkspace.create({ workDir: projectDir });
  // As it was last written: what its settings say is not for every command to write anew.
  const place = labPlace(await openLab(mesh), await ensurePulumiToolchain());
  if (existsSync(place.workDir)) return openWorkspace(place);
  throw new Error(`lab ${mesh} has no stack yet; npm run demo -- --name ${mesh} makes one`);
}

/** Opens a stack by name, in the project of {@link openNamedWorkspace}; writes nothing to its backend. */
export async function openNamedStack(name: string): Promise<Stack> {
  try {
    return await Stack.select(name, await openNamedWorkspace(name));
  } catch (error) {
    if (!(error instanceof CommandError && error.message.includes("failed to load checkpoint"))) throw error;
    throw new Error(`stack ${name} cannot be opened; ${mendOfKilled(name)}`, { cause: error });
  }
}
