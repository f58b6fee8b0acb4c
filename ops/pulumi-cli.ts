import type { Workspace } from "@pulumi/pulumi/automation";
import { loadExeca } from "../lab/toolchain/run";

/** How a command of the Pulumi CLI is run. */
export interface PulumiRun {
  /** What it reads on its standard input. @default - nothing */
  readonly input?: string;
  /** Whether a failure of it is an error here. @default true */
  readonly reject?: boolean;
}

/**
 * Runs the Pulumi CLI of a workspace, for what the Automation API has no function.
 *
 * @throws Error that says why it failed, and nothing of what it printed, which may be a state with secrets in clear
 */
export async function pulumi(
  { pulumiCommand, workDir, envVars }: Workspace,
  args: readonly string[],
  { input = "", reject = true }: PulumiRun = {},
): Promise<{ stdout: string; stderr: string }> {
  const execa = await loadExeca();
  const flags = ["--non-interactive", "--color", "never"];
  const options = { cwd: workDir, env: envVars, input, reject: false } as const;
  const { failed, shortMessage, stdout, stderr } = await execa(
    pulumiCommand.command,
    [...args, ...flags],
    options,
  );
  if (failed && reject) throw new Error(`${shortMessage}\n${stderr}`);
  return { stdout, stderr };
}
