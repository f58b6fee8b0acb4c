import * as pulumi from "@pulumi/pulumi";
import { planMesh } from "../../components/spec/mesh/plan";
import { validateMesh, warningsOf } from "../../components/spec/mesh/validate";
import type { Problem } from "../../components/spec/types";
import { clustersReadElsewhere } from "../../components/topology/links";
import type { ConfiguredMesh } from "../mesh/mesh";
import { describeProblems } from "../mesh/problems";
import { caKeys } from "../mesh/trust/keys";
import { openAccess, validateAccess } from "./access";
import { chartFolderProblems, chartFolderWarnings } from "./charts";
import { exporterAddresses } from "./exporters";
import { beside, parseLeniently, type StandIns } from "./lenient";
import { type MeshConfig, meshConfigSchema } from "./schema";
import { caKeyProblems, pullCredentialProblems } from "./secrets";
import { stackOutputs } from "./stack-references";

/** Name of the config value that describes the mesh. */
export const MESH_KEY = "mesh";

/**
 * Reads `istio-multicluster:mesh`. Everything that config and files can show is checked before it returns,
 * so that bad input ends a preview before any resource is registered. What only deserves a look is logged as a warning.
 *
 * @throws pulumi.RunError that lists every problem with its path and the way to mend it
 */
export function readMesh(config: pulumi.Config): ConfiguredMesh {
  const key = `${config.name}:${MESH_KEY}`;
  const text = config.get(MESH_KEY);
  if (text === undefined) {
    throw new pulumi.RunError(
      `config value ${key} is missing; describe the mesh in Pulumi.${pulumi.getStack()}.yaml, see README.md`,
    );
  }
  const { mesh, problems } = checkMesh(
    parseMesh(key, text),
    (secret) => config.getSecret(secret) !== undefined,
  );
  if (mesh === undefined) throw new pulumi.RunError(describeProblems(key, problems));
  for (const { path, message } of [...warningsOf(mesh), ...chartFolderWarnings(mesh)]) {
    void pulumi.log.warn(`${key}: ${path} ${message}`);
  }
  const outputOf = stackOutputs();
  return {
    plan: planMesh(mesh),
    access: openAccess(mesh, config, outputOf),
    exporterAddresses: exporterAddresses(mesh, outputOf),
    caKeys: caKeys(mesh, (name) => config.requireSecret(name)),
  };
}

/**
 * What Pulumi keeps of a config value that is more than a text.
 *
 * @throws pulumi.RunError where it is a text, as when nothing is indented under its key
 */
export function parseMesh(key: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const what = text === "" ? "is empty" : "is a text";
    throw new pulumi.RunError(
      `config value ${key} ${what}, not the settings of a mesh; indent them by two spaces more than the line that ends with "${key}:"`,
    );
  }
}

/** What stands in for required parts of the wrong shape while the rest is checked; nothing refers to them. */
const STAND_INS: StandIns = {
  clusters: () => [],
  "clusters[]": (index) => ({ ...standInCluster(index), name: `stand-in-${index}` }),
  name: (index) => `stand-in-${index}`,
  network: () => "stand-in",
  access: () => standInCluster(0).access,
  "links[]": (index) => ({ observer: `stand-in-${index}`, observed: "stand-in" }),
  observer: (index) => `stand-in-${index}`,
  observed: (index) => `stand-in-${index}`,
  helloworld: () => ({}),
  namespace: () => "stand-in",
  ports: () => [],
};

function standInCluster(index: number) {
  return { network: "stand-in", access: { stackReference: `stand-in-${index}`, output: "stand-in" } };
}

/**
 * Checks a config value on its own: all of its problems, and the mesh if there are none.
 *
 * @param hasSecret - whether a secret config value of that name exists
 */
export function checkMesh(
  raw: unknown,
  hasSecret: (name: string) => boolean,
): { mesh?: MeshConfig; problems: Problem[] } {
  return checked(raw, (mesh) => [
    ...validateMesh(mesh),
    ...surroundingProblems(mesh, clustersReadElsewhere(mesh), hasSecret),
  ]);
}

/** Checks a config value without what is around it: files, secrets and kubeconfigs. */
export function checkSpec(raw: unknown): { mesh?: MeshConfig; problems: Problem[] } {
  return checked(raw, validateMesh);
}

function checked(
  raw: unknown,
  rules: (mesh: MeshConfig) => Problem[],
): { mesh?: MeshConfig; problems: Problem[] } {
  const { value, problems: shape } = parseLeniently(meshConfigSchema, raw, STAND_INS);
  if (value === undefined) return { problems: shape };
  const problems = [...shape, ...beside(shape, rules(value))];
  return problems.length === 0 ? { mesh: value, problems } : { problems };
}

/**
 * Problems of the files, secrets and kubeconfigs that a config names.
 *
 * @param observed - clusters to which a link leads
 * @param hasSecret - whether a secret config value of that name exists
 */
export function surroundingProblems(
  mesh: MeshConfig,
  observed: ReadonlySet<string>,
  hasSecret: (name: string) => boolean,
): Problem[] {
  return [
    ...caKeyProblems(mesh, hasSecret),
    ...pullCredentialProblems(mesh, hasSecret),
    ...chartFolderProblems(mesh),
    ...validateAccess(mesh, observed, hasSecret),
  ];
}
