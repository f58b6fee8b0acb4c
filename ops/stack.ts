import { mkdir } from "node:fs/promises";
import { delimiter } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";
import { readMesh } from "../stacks/config";
import { deployMesh } from "../stacks/mesh";

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

/**
 * Opens a stack of this program over a file backend, with the program run inline: the Automation API then needs
 * no language host, so that the CLI and the plugins of the lab's toolchain are enough.
 */
export async function openStack(place: StackPlace): Promise<Stack> {
  await mkdir(place.stateDir, { recursive: true });
  return LocalWorkspace.createOrSelectStack(
    { stackName: place.stack, projectName: "istio-multicluster", program },
    {
      workDir: place.workDir,
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
    PATH: [place.pluginDir, process.env["PATH"]].join(delimiter),
  };
}

// The Automation API looks for <root>/bin/pulumi.
function pulumiRoot(cli: string): string {
  return cli.replace(/\/bin\/pulumi$/, "");
}

async function program() {
  return deployMesh(readMesh(new pulumi.Config("istio-multicluster")));
}
