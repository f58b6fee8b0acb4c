import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { removeTornAttributes } from "./torn-attributes";

/** Last on PATH: an official language host comes first. */
const LANGUAGE_HOST = join(__dirname, "../lab/language-host");

/** Where a stack's program, settings and state are, and the tools that run it. */
export interface StackPlace {
  /** Stack name. */
  readonly stack: string;
  /** Folder with Pulumi.yaml and Pulumi.<stack>.yaml. */
  readonly workDir: string;
  /** Folder of the file backend. */
  readonly stateDir: string;
  /** Passphrase of the stack's secrets. */
  readonly passphrase: string;
  /** The Pulumi CLI. */
  readonly pulumi: string;
  /** Folder with the provider plugins. */
  readonly pluginDir: string;
}

/** Opens a stack of this program over a file backend. */
export async function openStack(place: StackPlace): Promise<Stack> {
  await mkdir(place.stateDir, { recursive: true });
  await removeTornAttributes(place.stateDir);
  return LocalWorkspace.createOrSelectStack(
    { stackName: place.stack, workDir: place.workDir },
    {
      envVars: stackEnvironment(place),
      pulumiCommand: await PulumiCommand.get({ root: pulumiRoot(place.pulumi) }),
    },
  );
}

/** Environment in which the Pulumi CLI finds backend, passphrase and plugins of a stack. */
export function stackEnvironment(place: StackPlace): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${place.stateDir}`,
    PULUMI_CONFIG_PASSPHRASE: place.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PATH: [place.pluginDir, process.env["PATH"], LANGUAGE_HOST].join(delimiter),
  };
}

// The Automation API looks for <root>/bin/pulumi.
function pulumiRoot(cli: string): string {
  return cli.replace(/\/bin\/pulumi$/, "");
}
