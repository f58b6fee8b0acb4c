import { ISTIO_NAMESPACE, remoteSecretName } from "../../components/names";
import type { MeshPlan } from "../../components/spec/types";
import { isMember, isPrimary, istiodOf } from "../../components/topology/links";
import type { ClusterClient } from "../kube/cluster-client";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, ok, type Outcome, type Probe } from "../probe";

/** Every istiod has read every cluster that it is to observe, and knows of no other one. */
export function remoteSync(plan: MeshPlan): Probe[] {
  const links = plan.links.map(({ observer, observed }): Probe => ({
    check: "remote-sync",
    cluster: observer,
    peer: observed,
    run: (mesh) => checkLink(mesh, observer, observed),
  }));
  const strangers = plan.clusters
    .filter(isPrimary)
    .filter(isMember)
    .map(({ name }): Probe => ({
      check: "remote-sync",
      cluster: name,
      run: (mesh) => checkStrangers(mesh, name),
    }));
  return [...links, ...strangers];
}

async function checkLink(mesh: MeshReader, observer: string, observed: string): Promise<Outcome> {
  const states = await syncStates(mesh.cluster(istiodOf(mesh.plan, observer)));
  const behind = [...states].filter(([, clusters]) => clusters.get(observed) !== "synced");
  if (behind.length === 0) return ok(`synced on ${states.size} istiod`);
  return failed(
    behind
      .map(([pod, clusters]) => whyNot(pod, clusters.get(observed), istiodOf(mesh.plan, observer), observed))
      .join("; "),
  );
}

function whyNot(pod: string, state: string | undefined, observer: string, observed: string): string {
  const secret = `Secret ${ISTIO_NAMESPACE}/${remoteSecretName(observed)}`;
  const log = `kubectl logs -n ${ISTIO_NAMESPACE} ${pod} on ${observer}`;
  return state === undefined
    ? `${pod} of ${observer} never saw ${observed}: ${secret} is missing, malformed or refused; see: ${log}`
    : `${pod} of ${observer} has ${observed} in state "${state}": its API does not answer istiod, or refuses the token; check the server address in ${secret}, and see: ${log}`;
}

async function checkStrangers(mesh: MeshReader, observer: string): Promise<Outcome> {
  const planned = new Set(
    mesh.plan.links.filter((link) => link.observer === observer).map(({ observed }) => observed),
  );
  const where = istiodOf(mesh.plan, observer);
  const known = [...(await syncStates(mesh.cluster(where))).values()].flatMap((states) => [...states.keys()]);
  const strangers = [...new Set(known)].filter((name) => !planned.has(name));
  if (strangers.length === 0) return ok("observes no other cluster");
  return failed(
    `istiod of ${observer} observes ${strangers.join(", ")}, which the plan does not say; ` +
      `remove the Secrets with label istio/multiCluster=true for it from namespace ${ISTIO_NAMESPACE} of ${where}`,
  );
}

/** State of each remote cluster, by istiod pod. */
async function syncStates(cluster: ClusterClient): Promise<Map<string, Map<string, string>>> {
  const pods = (await cluster.pods(ISTIO_NAMESPACE, "app=istiod")).flatMap(({ metadata, status }) =>
    status?.phase === "Running" && metadata?.name !== undefined ? [metadata.name] : [],
  );
  if (pods.length === 0) {
    throw new Error(
      `${cluster.name} has no running istiod; see: kubectl describe pods -n ${ISTIO_NAMESPACE} -l app=istiod`,
    );
  }
  const pages = await Promise.all(
    pods.map(async (pod) => {
      const page = await cluster.remoteClusters({ namespace: ISTIO_NAMESPACE, pod, container: "discovery" });
      return [pod, statesOf(page)] as const;
    }),
  );
  return new Map(pages);
}

/**
 * Remote clusters that an istiod has, with their state.
 *
 * Its metric `istiod_remote_cluster_sync_status` would be easier to read, but after a change of the remote secret it
 * says "closed" for good: that is the old connection's end, reported after the new one has synchronised.
 *
 * @param page - istiod's page `/debug/clusterz`, on which only its own cluster comes from no Secret
 */
export function statesOf(page: string): Map<string, string> {
  const clusters = JSON.parse(page) as { id: string; secretName?: string; syncStatus: string }[];
  return new Map(
    clusters.filter(({ secretName }) => secretName).map(({ id, syncStatus }) => [id, syncStatus]),
  );
}
