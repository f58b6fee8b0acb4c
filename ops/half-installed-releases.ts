import { CoreV1Api, type KubeConfig, type V1Secret } from "@kubernetes/client-node";
import { clusterOf, type Operation } from "./interrupted";

const RELEASE_TYPE = "kubernetes:helm.sh/v3:Release";

/** A Helm release whose installation Pulumi began and never saw the end of. */
export interface HalfInstalledRelease {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** Finds the releases among interrupted creates. */
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

/** How far from the last writing of the state an interrupted installation may have come to its record in the cluster. */
const REACH_MS = 10 * 60_000;

/** What an installation goes through; one that reached its end may not have come back to Pulumi. */
const OF_INSTALLATION = ["pending-install", "deployed", "failed"];

/**
 * Removes Helm's record of a release of which Pulumi does not know that it is there, so that it can be installed anew. Its objects stay:
 * they carry Helm's ownership labels, and the new installation takes them over. A record that the interrupted operation
 * did not make is left alone.
 *
 * @param lastWritten - when the state was last written, which Pulumi does as an operation begins
 * @returns a sentence on the record, if there is one
 */
export async function forgetRelease(
  release: HalfInstalledRelease,
  lastWritten: Date | undefined,
  kubeConfig: KubeConfig,
): Promise<string[]> {
  const api = kubeConfig.makeApiClient(CoreV1Api);
  const { cluster, namespace, name } = release;
  const { items } = await api.listNamespacedSecret({ namespace, labelSelector: `owner=helm,name=${name}` });
  const [record] = items;
  if (record === undefined) return [];
  const { name: secret = "", uid = "", resourceVersion = "" } = record.metadata ?? {};
  const reason = items.length > 1 ? "has further revisions" : notOurs(record, name, lastWritten);
  if (reason !== undefined) {
    return [
      `${cluster}: left release ${name} in ${namespace} alone, since its record ${secret} ${reason}; ` +
        `if the next up cannot install it and nobody uses it, delete that Secret`,
    ];
  }
  // Of this very version: an installation that goes on after all changes its record.
  const body = { preconditions: { uid, resourceVersion } };
  await api.deleteNamespacedSecret({ namespace, name: secret, body });
  return [`${cluster}: removed ${namespace}/${secret}, the record of a half-installed release`];
}

/** Why a record cannot be that of the interrupted operation; nothing if it is. */
function notOurs({ metadata }: V1Secret, release: string, lastWritten: Date | undefined): string | undefined {
  if (metadata?.name !== `sh.helm.release.v1.${release}.v1`) return "is not of a first revision";
  const status = metadata.labels?.["status"];
  if (!OF_INSTALLATION.includes(status ?? "")) return `has status ${status}`;
  // Pulumi's provider calls itself pulumi-kubernetes to an API server, Helm's CLI Helm.
  const writers = (metadata.managedFields ?? []).map(({ manager = "" }) => manager);
  if (!writers.some((writer) => writer.startsWith("pulumi-"))) return "was not written by Pulumi";
  const created = metadata.creationTimestamp;
  const age = lastWritten && created ? created.getTime() - lastWritten.getTime() : 0;
  if (age > REACH_MS) return "is younger than the interrupted update";
  if (age < -REACH_MS) return "is older than the interrupted update";
  return undefined;
}
