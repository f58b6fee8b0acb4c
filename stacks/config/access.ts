import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { isLoopback, KubeconfigError, selectContext, type SelectedContext } from "../mesh/kubeconfig";
import type { Problem } from "../../components/spec/types";
import { checkedEndpoint, type ClusterAccess, clusterAccess, loopbackMessage } from "../mesh/access";
import type { ClusterConfig, MeshConfig } from "./schema";

/**
 * Problems of access that config and files can show. Kubeconfigs that are secrets or outputs are checked when known.
 *
 * @param observed - clusters to which a link leads
 * @param hasSecret - whether a secret config value of that name exists
 */
export function validateAccess(
  mesh: MeshConfig,
  observed: ReadonlySet<string>,
  hasSecret: (name: string) => boolean,
): Problem[] {
  return mesh.clusters.flatMap((cluster, index) => {
    const path = `clusters[${index}]`;
    const isObserved = observed.has(cluster.name);
    return [
      ...secretProblems(cluster, `${path}.access.kubeconfigSecret`, hasSecret),
      ...privateKeyProblems(
        cluster,
        `${path}.externalControlPlane.publicEndpoint.privateKeyConfig`,
        hasSecret,
      ),
      ...fileProblems(cluster, `${path}.access`, (selected) => {
        // An apiServer in the config is checked by itself.
        const allowLoopback = mesh.loopbackIsShared === true || cluster.apiServer !== undefined;
        if (isObserved) checkedEndpoint(selected, cluster, allowLoopback);
      }),
      ...(isObserved ? apiServerProblems(cluster, `${path}.apiServer`, mesh) : []),
    ];
  });
}

function secretProblems(
  { access }: ClusterConfig,
  path: string,
  hasSecret: (name: string) => boolean,
): Problem[] {
  return "kubeconfigSecret" in access ? missingSecret(access.kubeconfigSecret, path, hasSecret) : [];
}

function privateKeyProblems(
  cluster: ClusterConfig,
  path: string,
  hasSecret: (name: string) => boolean,
): Problem[] {
  const name = privateKeyConfig(cluster);
  return name === undefined ? [] : missingSecret(name, path, hasSecret);
}

function privateKeyConfig({ externalControlPlane }: ClusterConfig): string | undefined {
  return externalControlPlane?.publicEndpoint?.privateKeyConfig;
}

/** The problem of a property that names a secret config value which does not exist. */
export function missingSecret(name: string, path: string, hasSecret: (name: string) => boolean): Problem[] {
  if (hasSecret(name)) return [];
  return [
    {
      path,
      message: `names the config value ${name}, which is not set; set it with: pulumi config set --secret ${name}`,
    },
  ];
}

function fileProblems(
  { access }: ClusterConfig,
  path: string,
  check: (selected: SelectedContext) => void,
): Problem[] {
  if (!("kubeconfigFile" in access)) return [];
  try {
    check(selectContext(readKubeconfigFile(access.kubeconfigFile), access.context));
    return [];
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    return [{ path, message: `${access.kubeconfigFile} ${error.message}` }];
  }
}

function apiServerProblems({ name, apiServer }: ClusterConfig, path: string, mesh: MeshConfig): Problem[] {
  if (apiServer === undefined || mesh.loopbackIsShared || !isLoopback(apiServer)) return [];
  return [{ path, message: loopbackMessage(name, apiServer) }];
}

/** Opens the access to each cluster of a config that has been checked. */
export function openAccess(mesh: MeshConfig, config: pulumi.Config): ReadonlyMap<string, ClusterAccess> {
  const kubeconfigOf = kubeconfigs(config);
  return new Map(
    mesh.clusters.map((cluster) => {
      const privateKey = privateKeyConfig(cluster);
      const access = clusterAccess(cluster.name, {
        kubeconfig: kubeconfigOf(cluster),
        context: cluster.access.context,
        apiServer: cluster.apiServer,
        caBundle: cluster.caBundle,
        tlsServerName: cluster.tlsServerName,
        loopbackIsShared: mesh.loopbackIsShared,
        privateKey: privateKey === undefined ? undefined : config.requireSecret(privateKey),
      });
      return [cluster.name, access];
    }),
  );
}

function kubeconfigs(config: pulumi.Config): (cluster: ClusterConfig) => pulumi.Output<string> {
  // One reference for all clusters of a stack: the engine refuses a second one of the same name.
  const references = new Map<string, pulumi.StackReference>();
  return ({ access }) => {
    if ("kubeconfigFile" in access) return pulumi.output(readKubeconfigFile(access.kubeconfigFile));
    if ("kubeconfigSecret" in access) return config.requireSecret(access.kubeconfigSecret);
    const { stackReference: stack, output } = access;
    const reference = references.get(stack) ?? new pulumi.StackReference(stack);
    references.set(stack, reference);
    return reference
      .requireOutput(output)
      .apply((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  };
}

function readKubeconfigFile(file: string): string {
  try {
    return readFileSync(resolve(file.replace(/^~(?=\/)/, homedir())), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new KubeconfigError(
      code === "ENOENT"
        ? "does not exist; correct kubeconfigFile or write the file"
        : `cannot be read (${code}); check the file and its permissions`,
    );
  }
}
