import type { V1Secret } from "@kubernetes/client-node";
import { ISTIO_NAMESPACE, REMOTE_SECRET_LABEL } from "../../components/names";
import { credentialSecret } from "../../components/spec/links/secrets";
import type { LinkPlan, MeshPlan } from "../../components/spec/types";
import { istiodOf } from "../../components/topology/links";
import type { ClusterReader } from "../kube/cluster-reader";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, type Outcome, type Probe } from "../probe";
import { judgeTrial, readCredential, tryCredential } from "./credential";

const LABEL = `${REMOTE_SECRET_LABEL}=true`;

/**
 * The credential of each link is in its Secret, well-formed, and its token may read the observed cluster.
 *
 * An API server remembers for about 10 s that it accepted a token, so one that was just revoked may still pass.
 */
export function readerCredential(plan: MeshPlan): Probe[] {
  return plan.links.map((link) => ({
    check: "reader-credential",
    cluster: link.observer,
    peer: link.observed,
    run: (mesh) => checkLink(mesh, plan, link),
  }));
}

async function checkLink(mesh: MeshReader, plan: MeshPlan, link: LinkPlan): Promise<Outcome> {
  const { observed } = link;
  const observer = istiodOf(plan, link.observer);
  const secretName = credentialSecret(link, plan);
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
