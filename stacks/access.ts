import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  type ApiEndpoint,
  apiEndpoint,
  isLoopback,
  KubeconfigError,
  selectContext,
  type SelectedContext,
  singleContext,
} from "../components/internal/kubeconfig";
import type { Problem } from "../components/topology/types";
import type { ClusterConfig, MeshConfig } from "./config-schema";

/** How the program reaches a cluster, and how other clusters do. */
export interface ClusterAccess {
  /** Kubeconfig with one context, for the provider only; secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** API address and CA for links to this cluster; a function, so that a cluster nobody observes needs neither. */
  readonly endpoint: () => pulumi.Output<ApiEndpoint>;
  /** Private key for the public name of its external control plane, where the config holds one; secret. */
  readonly privateKey?: pulumi.Output<string> | undefined;
}

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
        if (isObserved) checkedEndpoint(selected, cluster, mesh);
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

function missingSecret(name: string, path: string, hasSecret: (name: string) => boolean): Problem[] {
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

/** Opens the access to a cluster whose config has been checked. */
export function openAccess(cluster: ClusterConfig, mesh: MeshConfig, config: pulumi.Config): ClusterAccess {
  const selected = pulumi.secret(
    kubeconfigText(cluster, config).apply((text) =>
      naming(cluster, () => selectContext(text, cluster.access.context)),
    ),
  );
  const privateKey = privateKeyConfig(cluster);
  return {
    kubeconfig: selected.apply(singleContext),
    endpoint: () =>
      selected.apply((context) => naming(cluster, () => checkedEndpoint(context, cluster, mesh))),
    privateKey: privateKey === undefined ? undefined : config.requireSecret(privateKey),
  };
}

function kubeconfigText({ access }: ClusterConfig, config: pulumi.Config): pulumi.Output<string> {
  if ("kubeconfigFile" in access) return pulumi.output(readKubeconfigFile(access.kubeconfigFile));
  if ("kubeconfigSecret" in access) return config.requireSecret(access.kubeconfigSecret);
  return new pulumi.StackReference(access.stackReference)
    .requireOutput(access.output)
    .apply((value) => (typeof value === "string" ? value : JSON.stringify(value)));
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

function checkedEndpoint(selected: SelectedContext, cluster: ClusterConfig, mesh: MeshConfig): ApiEndpoint {
  const endpoint = apiEndpoint(selected, cluster);
  // An apiServer in the config has been checked by itself.
  if (cluster.apiServer === undefined && isLoopback(endpoint.server) && !mesh.loopbackIsShared) {
    throw new KubeconfigError(loopbackMessage(cluster.name, endpoint.server));
  }
  return endpoint;
}

function loopbackMessage(cluster: string, server: string): string {
  return (
    `gives ${cluster}'s API the loopback address ${server}, which other clusters cannot reach; ` +
    "set apiServer to an address that they can, or loopbackIsShared: true if all control planes share one host's network"
  );
}

/** An error from inside an Output reaches the user without a path, so it has to name its cluster. */
function naming<T>(cluster: ClusterConfig, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new KubeconfigError(`the kubeconfig of cluster ${cluster.name} ${error.message}`);
  }
}
