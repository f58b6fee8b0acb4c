import type { StackSummary, Workspace } from "@pulumi/pulumi/automation";
import { isOfPart } from "../../stacks/mesh/split/parts";
import { backendFolder } from "../backend";
import { mendOfKilled } from "../failure";
import { unlock } from "../recover";
import { tornStacks } from "../torn-attributes";

/**
 * Lists the stacks of a backend.
 *
 * @throws Error that names the stack of which a killed `pulumi` has left half a file, for that hides every other one
 */
export async function listStacks(workspace: Workspace): Promise<StackSummary[]> {
  try {
    return await workspace.listStacks();
  } catch (error) {
    const [torn] = await tornIn(workspace);
    if (torn === undefined) throw error;
    throw new Error(`stack ${torn} keeps Pulumi from listing any stack; ${mendOfKilled(torn)}`, {
      cause: error,
    });
  }
}

/** Makes the stacks of a mesh such that they can be listed. What else of one was interrupted is for its own turn. */
export async function mendTorn(
  mesh: string,
  workspace: Workspace,
  say: (line: string) => void,
): Promise<void> {
  for (const stack of await tornIn(workspace)) {
    if (!isOfPart(stack, mesh)) continue;
    for (const sentence of await unlock(workspace, stack)) say(`${stack}: ${sentence}`);
  }
}

async function tornIn(workspace: Workspace): Promise<string[]> {
  const folder = await backendFolder(workspace);
  if (folder === undefined) return [];
  const { name: project } = await workspace.projectSettings();
  return tornStacks(folder, project);
}
