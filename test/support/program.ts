import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { MeshOutputs } from "../../stacks/mesh/outputs";

const ROOT = resolve(__dirname, "../..");

/** Name of the config value that describes the mesh. */
export const MESH_KEY = "istio-multicluster:mesh";

/** Loads the program that Pulumi.yaml names, as the language host does. Modules have to be reset between two programs. */
export async function loadProgram(
  mesh: unknown,
  secrets: Readonly<Record<string, string>> = {},
): Promise<MeshOutputs> {
  const { main } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as { main: string };
  pulumi.runtime.setAllConfig(
    { ...(mesh === undefined ? {} : { [MESH_KEY]: JSON.stringify(mesh) }), ...secrets },
    Object.keys(secrets),
  );
  const program = (await import(join(ROOT, main))) as { default: MeshOutputs };
  return program.default;
}
