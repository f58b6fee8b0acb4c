import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, vi } from "vitest";
import { parse } from "yaml";
import type { MeshOutputs } from "../../stacks/mesh/outputs";
import { kubeconfigFolder } from "./config-values";

const ROOT = resolve(__dirname, "../..");

/** The config value that describes the mesh. */
export const KEY = "istio-multicluster:mesh";

/** Loads the program anew for each test of a file, with a kubeconfig file of two clusters. */
export function programTests() {
  const { folder, file } = kubeconfigFolder([{ name: "cluster1" }, { name: "cluster2" }]);
  beforeEach(() => vi.resetModules());
  const fromFile = (index: number) => entry(index, { kubeconfigFile: file(), context: `cluster${index}` });
  return { folder, fromFile };
}

/** A cluster of the config, reached in some way. */
export function entry(index: number, access: object) {
  return { name: `cluster${index}`, network: `network${index}`, access };
}

/** Loads the program that Pulumi.yaml names, as the language host does. */
export async function loadProgram(mesh: unknown, secrets: Record<string, string> = {}): Promise<MeshOutputs> {
  const { main } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as { main: string };
  pulumi.runtime.setAllConfig(
    { ...(mesh === undefined ? {} : { [KEY]: JSON.stringify(mesh) }), ...secrets },
    Object.keys(secrets),
  );
  const program = (await import(join(ROOT, main))) as { default: MeshOutputs };
  return program.default;
}
