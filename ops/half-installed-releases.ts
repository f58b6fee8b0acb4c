import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { clusterOf, type Operation } from "./interrupted";

const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";

/** A Helm release whose installation Pulumi began and never saw the end of. */
export interface HalfInstalledRelease {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** Finds the releases among interrupted creates: no one else's release can be among them. */
export function halfInstalledReleases(creates: readonly Operation[]): HalfInstalledRelease[] {
  return creates
    .filter(({ resource }) => resource.type === RELEASE_TYPE)
    .map((create) => {
      const { urn, inputs } = create.resource;
      const cluster = clusterOf(create);
      if (cluster === undefined || inputs?.name === undefined || inputs.namespace === undefined) {
        throw new Error(`the state's pending operation on ${urn} lacks its provider, name or namespace`);
      }
      return { cluster, namespace: inputs.namespace, name: inputs.name };
    });
}

/**
 * Removes Helm's record of a half-installed release, so that it can be installed anew. Its objects stay:
 * they carry Helm's ownership labels, and the new installation takes them over.
 *
 * @returns a sentence per record that was removed
 */
export async function forgetRelease(
  release: HalfInstalledRelease,
  kubeConfig: KubeConfig,
): Promise<string[]> {
  const api = kubeConfig.makeApiClient(CoreV1Api);
  const { cluster, namespace, name } = release;
  const records = await api.listNamespacedSecret({ namespace, labelSelector: `owner=helm,name=${name}` });
  const removed: string[] = [];
  for (const record of records.items) {
    const secret = record.metadata?.name ?? "";
    await api.deleteNamespacedSecret({ namespace, name: secret });
    removed.push(`${cluster}: removed ${namespace}/${secret}, the record of a half-installed release`);
  }
  return removed;
}
