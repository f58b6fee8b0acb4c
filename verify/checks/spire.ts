import type { V1Pod } from "@kubernetes/client-node";
import { BUNDLE_ENDPOINT, INJECTED_LABEL, SPIRE_NAMESPACE } from "../../components/names";
import type { MeshPlan, SpireClusterPlan } from "../../components/spec/types";
import { judgeIdentity } from "../judge-identity";
import { judgeProxy } from "../judge-proxy";
import type { MeshReader } from "../kube/mesh-reader";
import { isLive, isProxyReady } from "../kube/pods";
import { registeredPods, spireBundles } from "../kube/spire-server";
import { fingerprints } from "../pem";
import { failed, ok, type Outcome, type Probe } from "../probe";
import { shortened } from "../shortened";
import { type Migration, toRestart, trustOfBoth } from "./migration";
import { askProxies } from "./signer";

/** How long a pod may wait for its entry, which SPIRE usually makes within seconds. */
const REGISTRATION_MS = 60_000;

/**
 * Live proxies of a cluster, gateways too, hold a valid certificate of their own identity that SPIRE has issued, and know
 * the roots of just the trust domains that they are to, as their server does; and no pod waits for an identity. On the way
 * from istiod or back all are to have the certificate of the one that issues now, and to trust both.
 */
export function identity({ spire }: MeshPlan, proxies: number): Probe[] {
  return (spire?.clusters ?? []).map((plan) => ({
    check: "identity",
    cluster: plan.cluster,
    run: (mesh) =>
      spire?.existing === undefined
        ? checkIdentity(mesh, plan, proxies)
        : checkProxies(mesh, plan, proxies, new Map()),
  }));
}

/** A cluster's SPIRE server has the same roots of another trust domain as a server of that. */
export function federation({ spire }: MeshPlan): Probe[] {
  // Where others' servers are nobody knows here.
  if (spire?.existing !== undefined) return [];
  return (spire?.clusters ?? []).flatMap(({ cluster, federation: others }) =>
    others.map(({ trustDomain, cluster: peer }): Probe => ({
      check: "federation",
      cluster,
      peer,
      run: (mesh) => checkFederation(mesh, cluster, peer, trustDomain),
    })),
  );
}

async function checkIdentity(mesh: MeshReader, plan: SpireClusterPlan, limit: number): Promise<Outcome> {
  const { cluster: name, trustDomain } = plan;
  const { own, foreign } = await spireBundles(mesh, name);
  const known = new Map([...foreign, [trustDomain, own]]);
  const roots = new Map([...known].map(([domain, bundle]) => [domain, bundle.roots]));
  const { migration } = mesh.plan.spire ?? {};
  const both =
    migration && (await trustOfBoth(mesh, name, { own: own.roots, all: [...roots.values()].join("\n") }));
  if (both && "distrust" in both) return failed(both.distrust);
  const outcome = await checkProxies(
    mesh,
    plan,
    limit,
    roots,
    both && migration && { ...both, phase: migration.phase },
  );
  const waiting = await waitingPods(mesh, name);
  if (waiting.length === 0) return outcome;
  const missing = plan.federation.map((other) => other.trustDomain).filter((domain) => !known.has(domain));
  const reason = missing.length === 0 ? "" : `, as it has no roots of ${missing.join(", ")}`;
  return failed(
    `SPIRE has made no entry for ${shortened(waiting)}, which wait for an identity${reason}; ` +
      `see: kubectl logs -n ${SPIRE_NAMESPACE} spire-server-0 -c spire-controller-manager on ${name}` +
      (outcome.status === "failed" ? `. ${outcome.detail}` : ""),
  );
}

/**
 * @param roots - of each trust domain, as the server has them; whose are not there are not compared
 * @param migration - what istiods hand out where proxies may have their certificates too
 */
function checkProxies(
  mesh: MeshReader,
  { cluster, trustDomain, federation: others }: SpireClusterPlan,
  limit: number,
  roots: ReadonlyMap<string, string>,
  migration?: Migration,
): Promise<Outcome> {
  const trustDomains = [trustDomain, ...others.map((other) => other.trustDomain)] as const;
  return askProxies(mesh.cluster(cluster), cluster, limit, (certificates, pod) => {
    if (migration && certificates.trustDomains.size === 0)
      return judgeProxy(certificates, migration.istiods) ?? toRestart(false, migration.phase);
    const text = judgeIdentity(certificates, { trustDomains, roots, ...accountOf(pod) });
    return text === undefined ? migration && toRestart(true, migration.phase) : { text };
  });
}

function accountOf({ metadata, spec }: V1Pod) {
  return { namespace: metadata?.namespace ?? "", account: spec?.serviceAccountName ?? "default" };
}

/** Pods whose proxies have been waiting for longer than it takes, and of which the server knows nothing. */
async function waitingPods(mesh: MeshReader, name: string): Promise<string[]> {
  const before = Date.now() - REGISTRATION_MS;
  const waiting = (await mesh.cluster(name).pods({})).filter(
    (pod) =>
      pod.metadata?.labels?.[INJECTED_LABEL] !== undefined &&
      pod.spec?.nodeName !== undefined &&
      isLive(pod) &&
      !isProxyReady(pod) &&
      new Date(pod.metadata.creationTimestamp ?? Date.now()).getTime() < before,
  );
  if (waiting.length === 0) return [];
  const registered = await registeredPods(mesh, name);
  return waiting
    .filter(({ metadata }) => !registered.has(metadata?.uid ?? ""))
    .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
}

async function checkFederation(
  mesh: MeshReader,
  name: string,
  peer: string,
  trustDomain: string,
): Promise<Outcome> {
  const { own: told } = await spireBundles(mesh, peer);
  const known = (await spireBundles(mesh, name)).foreign.get(trustDomain);
  const endpoint = `the Service ${SPIRE_NAMESPACE}/${BUNDLE_ENDPOINT} of ${peer}`;
  if (known === undefined) {
    return failed(
      `the SPIRE server of ${name} has no roots of ${trustDomain}, so whoever is to know that trust domain gets no identity; ` +
        `run pulumi up, and if that finds nothing to do, kubectl delete clusterfederatedtrustdomain ${trustDomain} on ${name} ` +
        "and then pulumi up --refresh",
    );
  }
  if (fingerprints(known.roots) !== fingerprints(told.roots)) {
    return failed(
      `the SPIRE server of ${name} has root ${fingerprints(known.roots)} of ${trustDomain}, whose server in ${peer} has ${fingerprints(told.roots)}; ` +
        `it asks for new ones at ${endpoint}; if it has missed them, run pulumi up`,
    );
  }
  if (known.tokenKeys.length === 0) {
    return failed(
      `the SPIRE server of ${name} has never reached ${endpoint}, and would miss a change of the roots of ${trustDomain}, ` +
        "of which it has those that pulumi up set; let it connect there",
    );
  }
  const late = told.tokenKeys.some((key) => !known.tokenKeys.includes(key));
  const age = late ? `, but an earlier bundle: if it stays so, ${endpoint} cannot be reached` : "";
  return ok(`${trustDomain}: sha256 ${fingerprints(known.roots)}${age}`);
}
