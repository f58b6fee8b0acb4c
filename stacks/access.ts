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
}

/** Problems that can be seen in kubeconfig files. Kubeconfigs that are secrets or outputs are checked when known. */
export function validateAccess(mesh: MeshConfig, observed: ReadonlySet<string>): Problem[] {
  return mesh.clusters.flatMap((cluster, index) => {
    if (!("kubeconfigFile" in cluster.access)) return [];
    const path = `clusters[${index}].access`;
    try {
      const selected = selectContext(
        readKubeconfigFile(cluster.access.kubeconfigFile),
        cluster.access.context,
      );
      if (observed.has(cluster.name)) checkedEndpoint(selected, cluster, mesh);
      return [];
    } catch (error) {
      if (!(error instanceof KubeconfigError)) throw error;
      return [{ path, message: `${cluster.access.kubeconfigFile} ${error.message}` }];
    }
  });
}

/** Opens the access to a cluster whose config has been checked. */
export function openAccess(cluster: ClusterConfig, mesh: MeshConfig, config: pulumi.Config): ClusterAccess {
  const selected = pulumi.secret(
    kubeconfigText(cluster, config).apply((text) =>
      naming(cluster, () => selectContext(text, cluster.access.context)),
    ),
  );
  return {
    kubeconfig: selected.apply(singleContext),
    endpoint: () =>
      selected.apply((context) => naming(cluster, () => checkedEndpoint(context, cluster, mesh))),
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
  if (isLoopback(endpoint.server) && !mesh.loopbackIsShared) {
    throw new KubeconfigError(
      `gives ${cluster.name}'s API the loopback address ${endpoint.server}, which other clusters cannot reach; ` +
        "set apiServer to an address that they can, or loopbackIsShared: true if all control planes share one host's network",
    );
  }
  return endpoint;
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
