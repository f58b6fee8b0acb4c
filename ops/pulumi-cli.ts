import type { Workspace } from "@pulumi/pulumi/automation";
import { loadExeca } from "../lab/toolchain/run";

/** How a command of the Pulumi CLI is run. */
export interface PulumiRun {
  /** What it reads on its standard input. @default - nothing */
  readonly input?: string;
  /** Whether a failure of it is an error here. @default true */
  readonly reject?: boolean;
}

/** Runs the Pulumi CLI of a workspace, for what the Automation API has no function. */
export async function pulumi(
  { pulumiCommand, workDir, envVars }: Workspace,
  args: readonly string[],
  { input = "", reject = true }: PulumiRun = {},
): Promise<{ stdout: string; stderr: string }> {
  const execa = await loadExeca();
  const flags = ["--non-interactive", "--color", "never"];
  return execa(pulumiCommand.command, [...args, ...flags], { cwd: workDir, env: envVars, input, reject });
}
