import type { Deployment, Stack, Workspace } from "@pulumi/pulumi/automation";
import { pulumi } from "./pulumi-cli";

/** A stack's state as the backend has it, secrets encrypted: the Automation API's export has them in clear. */
export async function exportState({ name, workspace }: Stack): Promise<Deployment> {
  return exported(workspace, ["--stack", name]);
}

/** The same with secrets in clear, for another stack, whose key is another one. They stay in this process. */
export async function exportStateInClear({ name, workspace }: Stack): Promise<Deployment> {
  return exported(workspace, ["--stack", name, "--show-secrets"]);
}

async function exported(workspace: Workspace, args: readonly string[]): Promise<Deployment> {
  const { stdout } = await pulumi(workspace, ["stack", "export", ...args]);
  return JSON.parse(stdout) as Deployment;
}

/** Writes a stack's state. It goes through a pipe, so that no file of it can stay behind. */
export async function importState({ name, workspace }: Stack, state: Deployment): Promise<void> {
  await pulumi(workspace, ["stack", "import", "--stack", name], { input: JSON.stringify(state) });
}
