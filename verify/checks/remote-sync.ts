import { ISTIO_NAMESPACE } from "../../components/names";
import { adopts } from "../../components/spec/adopt/adopted";
import { credentialSecret } from "../../components/spec/links/secrets";
import { isMember, isPrimary, istiodOf } from "../../components/topology/links";
import type { ClusterPlan, LinkPlan, MeshPlan } from "../../components/spec/types";
import { type Observed, observedBy, type RemoteCluster } from "../kube/istiod";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, ok, type Outcome, type Probe } from "../probe";

/** Every istiod has read every cluster that it is to observe, and knows of no other one. */
export function remoteSync(plan: MeshPlan): Probe[] {
  const links = plan.links.map((link): Probe => ({
    check: "remote-sync",
    cluster: link.observer,
    peer: link.observed,
    run: (mesh) => checkLink(mesh, plan, link),
  }));
  const strangers = plan.clusters
    .filter(isPrimary)
    .filter(isMember)
    .map((cluster): Probe => ({
      check: "remote-sync",
      cluster: cluster.name,
      run: (mesh) => checkStrangers(mesh, cluster),
    }));
  return [...links, ...strangers];
}

async function checkLink(mesh: MeshReader, plan: MeshPlan, link: LinkPlan): Promise<Outcome> {
  const place = istiodOf(plan, link.observer);
  return judgeSync(await observedBy(mesh, place), place, link.observed, credentialSecret(link, plan));
}

/** Whether all istiods of a place are in step with an observed cluster, and from which Secret if not from the planned one. */
function judgeSync(
  { byIstiod, remark }: Observed,
  place: string,
  observed: string,
  planned: string,
): Outcome {
  const secret = `${ISTIO_NAMESPACE}/${planned}`;
  const found = [...byIstiod].map(
    ([pod, clusters]) => [pod, clusters.find(({ id }) => id === observed)] as const,
  );
  const behind = found.filter(([, cluster]) => cluster?.state !== "synced");
  if (behind.length > 0) {
    return failed(
      behind.map(([pod, cluster]) => whyNot(pod, cluster?.state, place, observed, secret)).join("; ") +
        remark,
    );
  }
  const others = new Set(
    found.flatMap(([, cluster]) => cluster?.secret ?? []).filter((name) => name !== secret),
  );
  const from = others.size === 0 ? "" : `, until it is restarted from ${[...others].join(", ")}`;
  return ok(`synced on ${byIstiod.size} istiod${from}${remark}`);
}

function whyNot(
  pod: string,
  state: string | undefined,
  place: string,
  observed: string,
  name: string,
): string {
  const secret = `Secret ${name}`;
  const log = `kubectl logs -n ${ISTIO_NAMESPACE} ${pod} on ${place}`;
  return state === undefined
    ? `${pod} of ${place} never saw ${observed}: ${secret} is missing, malformed or refused; see the reader-credential rows, and: ${log}`
    : `${pod} of ${place} has ${observed} in state "${state}": its API does not answer istiod, or refuses the token; check the server address in ${secret}, and see: ${log}`;
}

async function checkStrangers(mesh: MeshReader, cluster: ClusterPlan): Promise<Outcome> {
  const planned = mesh.plan.links
    .filter(({ observer }) => observer === cluster.name)
    .map(({ observed }) => observed);
  return judgeStrangers(await observedBy(mesh, istiodOf(mesh.plan, cluster.name)), cluster, planned);
}

/** What istiods observe beside what is planned: their own business where others installed them. */
export function judgeStrangers(
  { byIstiod, remark }: Observed,
  cluster: ClusterPlan,
  planned: readonly string[],
): Outcome {
  const strangers = [...byIstiod.values()].flat().filter(({ id }) => !planned.includes(id));
  if (strangers.length === 0) return ok(`observes no other cluster${remark}`);
  const named = [...new Set(strangers.map(describe))].join(", ");
  if (adopts(cluster, "istiod"))
    return ok(`observes ${named} as well, which is not of this mesh's making${remark}`);
  return failed(
    `istiod of ${cluster.name} observes ${named}, which the plan does not say: ` +
      `whoever made the Secret has to take it away, or add the link to the plan${remark}`,
  );
}

function describe({ id, secret }: RemoteCluster): string {
  return `${id} (Secret ${secret})`;
}
