import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";

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
  /** What tells Pulumi of another backend: PULUMI_BACKEND_URL, and the credentials for it. @default - the folder */
  readonly backend?: Readonly<Record<string, string>>;
  /** Passphrase of the stack's secrets. */
  readonly passphrase: string;
  /** The Pulumi CLI. */
  readonly pulumi: string;
  /** Folder with the provider plugins. */
  readonly pluginDir: string;
}

/** Opens a stack of this program over a file backend, and makes it if there is none. */
export async function openStack(place: StackPlace): Promise<Stack> {
  return Stack.createOrSelect(place.stack, await openWorkspace(place));
}

/** Opens the project of a stack over a file backend. */
export async function openWorkspace(place: StackPlace): Promise<LocalWorkspace> {
  // Pulumi has no backend where there is no folder.
  await mkdir(place.stateDir, { recursive: true });
  return LocalWorkspace.create({
    workDir: place.workDir,
    envVars: stackEnvironment(place),
    pulumiCommand: await PulumiCommand.get({ root: pulumiRoot(place.pulumi) }),
  });
}

/** Environment in which the Pulumi CLI finds backend, passphrase and plugins of a stack. */
export function stackEnvironment(place: StackPlace): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${place.stateDir}`,
    ...place.backend,
    // The engine writes the whole state at every step, and its text is a twelfth as long when it is compressed.
    PULUMI_DIY_BACKEND_ZSTD: "true",
    PULUMI_CONFIG_PASSPHRASE: place.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PATH: [place.pluginDir, process.env["PATH"], LANGUAGE_HOST].join(delimiter),
  };
}

// The Automation API looks for <root>/bin/pulumi.
function pulumiRoot(cli: string): string {
  return cli.replace(/\/bin\/pulumi$/, "");
}
