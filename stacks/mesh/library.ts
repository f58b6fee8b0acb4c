/** A whole mesh for other programs, as `istio-multicluster/mesh`. Importing it registers nothing and reads nothing. */
import * as pulumi from "@pulumi/pulumi";
import { outputsIn } from "../../components/internal/outputs";
import { planIstio } from "../../components/spec/istio/plan";
import { planMesh } from "../../components/spec/mesh/plan";
import { validateMesh, warningsOf } from "../../components/spec/mesh/validate";
import { caKeySecrets } from "../../components/spec/provided-ca/secrets";
import type { ClusterSpec, MeshSpec, Problem } from "../../components/spec/types";
import { clusterAccess, type ClusterAccessArgs } from "./access";
import type { ConfiguredMesh } from "./mesh";
import { describeProblems } from "./problems";
import { caKeys } from "./trust/keys";

export type { ClusterAccess, ClusterAccessArgs } from "./access";
export type { Mesh, MeshCluster } from "./deployed";
export { type ConfiguredMesh, deployMesh } from "./mesh";
export type { MeshOutputs } from "./outputs";

/**
 * Checks and plans a mesh over clusters that this program made or knows, for {@link deployMesh}. What only deserves a
 * look is logged as a warning.
 *
 * @param access - how to reach each cluster, by its name in the spec; kubeconfigs may be Outputs
 * @param secrets - keys of provided CAs, PEM, by the names in `privateKeySecret`
 * @param exporterAddresses - of each of `exporters` that has `from`, the address of its gateway
 * @throws pulumi.RunError that lists every problem with its path and the way to mend it
 */
export function configureMesh(
  spec: MeshSpec,
  access: Readonly<Record<string, ClusterAccessArgs>>,
  secrets: Readonly<Record<string, pulumi.Input<string>>> = {},
  exporterAddresses: Readonly<Record<string, pulumi.Input<string>>> = {},
): ConfiguredMesh {
  // No rule could look at them, and a message would be all that is there to read of one.
  const outputs = outputProblems(spec);
  if (outputs.length > 0) throw new pulumi.RunError(describeProblems("the mesh", outputs));
  const problems = [
    ...validateMesh(spec),
    ...accessProblems(spec, access),
    ...secretProblems(spec, secrets),
    ...addressProblems(spec, exporterAddresses),
  ];
  if (problems.length > 0) throw new pulumi.RunError(describeProblems("the mesh", problems));
  for (const { path, message } of warningsOf(spec)) void pulumi.log.warn(`the mesh: ${path} ${message}`);
  return {
    plan: planMesh(spec),
    access: new Map(Object.entries(access).map(([name, args]) => [name, clusterAccess(name, args)])),
    caKeys: caKeys(spec, (name) => pulumi.secret(secrets[name] ?? "")),
    exporterAddresses: new Map(
      Object.entries(exporterAddresses).map(([name, address]) => [name, pulumi.output(address)]),
    ),
  };
}

/** Of the base chart's values alone Helm takes care while `up` runs. */
function outputProblems(spec: MeshSpec): Problem[] {
  return outputsIn(spec)
    .filter((path) => !/(^|\.)base\.values\./.test(path))
    .map((path) => ({
      path,
      message:
        "is an Output, and what a mesh consists of has to be known when the program runs; give a plain value, as by require " +
        "of a pulumi.Config in place of requireSecret",
    }));
}

function accessProblems(spec: MeshSpec, access: Readonly<Record<string, ClusterAccessArgs>>): Problem[] {
  const { clusters } = spec;
  const names = clusters.map(({ name }) => name);
  return [
    ...clusters.flatMap((cluster) => clusterProblems(cluster, access[cluster.name])),
    ...clusters.flatMap((cluster) => pullProblems(cluster, spec, access[cluster.name])),
    ...Object.keys(access)
      .filter((name) => !names.includes(name))
      .map((name) => ({
        path: `access.${name}`,
        message: `is of no cluster of the mesh; add ${name} to clusters, or remove its access`,
      })),
  ];
}

function secretProblems(
  { ca }: MeshSpec,
  secrets: Readonly<Record<string, pulumi.Input<string>>>,
): Problem[] {
  return caKeySecrets(ca)
    .filter(({ secret }) => !(secret in secrets))
    .map(({ secret, cluster }) => ({
      path: `secrets.${secret}`,
      message: `is missing; give it the private key of the CA of ${cluster}`,
    }));
}

function addressProblems(
  { exporters = [] }: MeshSpec,
  addresses: Readonly<Record<string, pulumi.Input<string>>>,
): Problem[] {
  return exporters
    .filter(({ name, from }) => from !== undefined && !(name in addresses))
    .map(({ name }) => ({
      path: `exporterAddresses.${name}`,
      message: `is missing; give it the address of the gateway of ${name}`,
    }));
}

function clusterProblems(
  { name, externalControlPlane }: ClusterSpec,
  access: ClusterAccessArgs | undefined,
): Problem[] {
  if (access === undefined) {
    return [{ path: `access.${name}`, message: `is missing; give it the kubeconfig of ${name}` }];
  }
  const { certificate } = externalControlPlane?.publicEndpoint ?? {};
  if (certificate === undefined || access.privateKey !== undefined) return [];
  return [
    {
      path: `access.${name}.privateKey`,
      message:
        "is missing; give it the key of publicEndpoint.certificate, or set certificateSecret instead of that",
    },
  ];
}

function pullProblems(
  cluster: ClusterSpec,
  spec: MeshSpec,
  access: ClusterAccessArgs | undefined,
): Problem[] {
  return Object.keys(planIstio(cluster, spec).imagePullCredentials)
    .filter((secret) => access !== undefined && !(secret in (access.imagePullCredentials ?? {})))
    .map((secret) => ({
      path: `access.${cluster.name}.imagePullCredentials.${secret}`,
      message: "is missing; give it the Docker configuration for the image pull Secret of that name",
    }));
}
