import { type Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { configuredMesh, openMesh, type OpenMesh } from "../open-mesh";
import { openNamedStack, openNamedWorkspace } from "../place";
import { openFleet, openFleetMesh } from "./fleet";

/** Opens a whole mesh by the name of its one stack, of the stack of a part, or by its own where there is no such stack. */
export async function openNamedMesh(name: string): Promise<OpenMesh> {
  const found = await openNamedStack(name).catch((error: unknown) => {
    if (error instanceof StackNotFoundError) return error;
    throw error;
  });
  if (found instanceof Error) return openDescribedMesh(name, found);
  const { partOf } = await configuredMesh(found);
  return partOf === undefined ? openMesh(found) : openMeshOf(partOf, found);
}

function openMeshOf(mesh: string, { workspace }: Stack): Promise<OpenMesh> {
  return openFleetMesh(openFleet(mesh, workspace));
}

/** @param missing - why it has no stack, which is the better answer where it is not described either */
async function openDescribedMesh(name: string, missing: Error): Promise<OpenMesh> {
  const workspace = await openNamedWorkspace(name);
  const settings = await workspace.stackSettings(name).catch(() => undefined);
  if (settings === undefined) throw missing;
  return openFleetMesh(openFleet(name, workspace));
}
