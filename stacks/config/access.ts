import * as pulumi from "@pulumi/pulumi";
import { planIstio } from "../../components/spec/istio/plan";
import type { Problem } from "../../components/spec/types";
import { checkedEndpoint, type ClusterAccess, clusterAccess } from "../mesh/access";
import { addressFault } from "../mesh/api-address";
import { apiEndpoint, KubeconfigError, selectContext, type SelectedContext } from "../mesh/kubeconfig";
import type { Reach } from "../mesh/split/parts";
import { readKubeconfigFile } from "./files";
import type { ClusterConfig, MeshConfig } from "./schema";
import { privateKeyConfig, privateKeyProblems, secretProblems } from "./secrets";
import type { OutputOf } from "./stack-references";

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
        if (!isObserved) return;
        // An apiServer in the config is checked by itself.
        if (cluster.apiServer === undefined)
          checkedEndpoint(selected, cluster, mesh.loopbackIsShared === true);
        else apiEndpoint(selected, cluster);
      }),
      ...(isObserved ? apiServerProblems(cluster, `${path}.apiServer`, mesh) : []),
    ];
  });
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
  const message = apiServer && addressFault(name, apiServer, mesh.loopbackIsShared === true);
  return message === undefined ? [] : [{ path, message }];
}

/**
 * Opens the access to the clusters of a config that has been checked.
 *
 * @param reach - the clusters that are needed; of `others` only the API is. @default - all, each with what is made in it
 */
export function openAccess(
  mesh: MeshConfig,
  config: pulumi.Config,
  outputOf: OutputOf,
  { own, others }: Reach = { own: mesh.clusters.map(({ name }) => name), others: [] },
): ReadonlyMap<string, ClusterAccess> {
  const kubeconfigOf = kubeconfigs(config, outputOf);
  return new Map(
    mesh.clusters
      .filter(({ name }) => own.includes(name) || others.includes(name))
      .map((cluster) => {
        const isOwn = own.includes(cluster.name);
        const privateKey = isOwn ? privateKeyConfig(cluster) : undefined;
        const pulling = isOwn ? planIstio(cluster, mesh).imagePullCredentials : {};
        const access = clusterAccess(cluster.name, {
          kubeconfig: kubeconfigOf(cluster),
          context: cluster.access.context,
          identity: cluster.identity,
          apiServer: cluster.apiServer,
          caBundle: cluster.caBundle,
          tlsServerName: cluster.tlsServerName,
          loopbackIsShared: mesh.loopbackIsShared,
          privateKey: privateKey === undefined ? undefined : config.requireSecret(privateKey),
          imagePullCredentials: Object.fromEntries(
            Object.entries(pulling).map(([secret, name]) => [secret, config.requireSecret(name)]),
          ),
        });
        return [cluster.name, access];
      }),
  );
}

function kubeconfigs(
  config: pulumi.Config,
  outputOf: OutputOf,
): (cluster: ClusterConfig) => pulumi.Output<string> {
  return ({ access }) => {
    if ("kubeconfigFile" in access) return pulumi.output(readKubeconfigFile(access.kubeconfigFile));
    if ("kubeconfigSecret" in access) return config.requireSecret(access.kubeconfigSecret);
    return outputOf(access.stackReference, access.output);
  };
}
