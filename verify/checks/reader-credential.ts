import type { V1Secret } from "@kubernetes/client-node";
import { ISTIO_NAMESPACE, remoteSecretName } from "../../components/names";
import { istiodOf } from "../../components/topology/links";
import type { MeshPlan } from "../../components/spec/types";
import type { ClusterReader } from "../kube/cluster-reader";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, type Outcome, type Probe } from "../probe";
import { judgeTrial, readCredential, tryCredential } from "./credential";

const LABEL = "istio/multiCluster=true";

/**
 * The remote secret of each link is well-formed, and its token may read the observed cluster.
 *
 * An API server remembers for about 10 s that it accepted a token, so one that was just revoked may still pass.
 */
export function readerCredential(plan: MeshPlan): Probe[] {
  return plan.links.map(({ observer, observed }) => ({
    check: "reader-credential",
    cluster: observer,
    peer: observed,
    run: (mesh) => checkLink(mesh, istiodOf(plan, observer), observed),
  }));
}

async function checkLink(mesh: MeshReader, observer: string, observed: string): Promise<Outcome> {
  const secretName = remoteSecretName(observed);
  const where = `Secret ${ISTIO_NAMESPACE}/${secretName} of ${observer}`;
  const secret = await remoteSecret(mesh.cluster(observer), secretName);
  if (secret === undefined) return failed(`${where} does not exist; run pulumi up --refresh`);
  if (typeof secret === "string") return failed(`${where} ${secret}; run pulumi up --refresh`);
  const credential = readCredential(secret, observed);
  if (typeof credential === "string") return failed(`${where} ${credential}; run pulumi up --refresh`);
  return judgeTrial(await tryCredential(mesh, credential, observed), where, observed, credential);
}

/** All remote secrets of an observer in one answer; one that is not among them may still be there. */
async function remoteSecret(observer: ClusterReader, name: string): Promise<V1Secret | string | undefined> {
  const secrets = await observer.secrets(ISTIO_NAMESPACE, LABEL);
  const found = secrets.find(({ metadata }) => metadata?.name === name);
  if (found !== undefined) return found;
  const unlabelled = await observer.secret(ISTIO_NAMESPACE, name);
  return unlabelled && `lacks label ${LABEL}, so istiod does not see it`;
}
