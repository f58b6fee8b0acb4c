import {
  BUNDLE_ENDPOINT,
  SPIRE_BUNDLE,
  SPIRE_BUNDLE_FILE,
  SPIRE_NAMESPACE,
  SPIRE_SERVER,
} from "../../components/names";
import { certificateBlocks } from "../../components/pki/certificates";
import type { MeshPlan, SpireClusterPlan } from "../../components/spec/types";
import { judgeIdentity } from "../judge-identity";
import { ask } from "../kube/ask";
import type { MeshReader } from "../kube/mesh-reader";
import { containerOf, isReady } from "../kube/pods";
import { fingerprints } from "../pem";
import { failed, ok, type Outcome, type Probe } from "../probe";
import { askProxies } from "./signer";

/**
 * Live proxies of a cluster, gateways too, hold a valid certificate of its trust domain that SPIRE has issued, and know
 * the roots of just the trust domains that they are to, as their servers tell them.
 */
export function identity({ spire }: MeshPlan, proxies: number): Probe[] {
  return (spire?.clusters ?? []).map((plan) => ({
    check: "identity",
    cluster: plan.cluster,
    run: (mesh) => checkIdentity(mesh, plan, proxies),
  }));
}

/** A cluster's SPIRE server has the same roots of another trust domain as a server of that tells. */
export function federation({ spire }: MeshPlan): Probe[] {
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
  const roots = new Map([[trustDomain, await rootsOf(mesh, name)]]);
  for (const other of plan.federation) roots.set(other.trustDomain, await rootsOf(mesh, other.cluster));
  return askProxies(mesh.cluster(name), name, limit, (certificates) => {
    const text = judgeIdentity(certificates, { trustDomain, roots });
    return text === undefined ? undefined : { text };
  });
}

async function checkFederation(
  mesh: MeshReader,
  name: string,
  peer: string,
  trustDomain: string,
): Promise<Outcome> {
  const told = fingerprints(await rootsOf(mesh, peer));
  const cluster = mesh.cluster(name);
  const [server] = (await cluster.pods({ namespace: SPIRE_NAMESPACE, labels: `app=${SPIRE_SERVER}` })).filter(
    isReady,
  );
  if (server === undefined) {
    return failed(
      `${name} has no ready ${SPIRE_SERVER}; see: kubectl describe pods -n ${SPIRE_NAMESPACE} -l app=${SPIRE_SERVER}`,
    );
  }
  const { answer } = await ask([containerOf(server, SPIRE_SERVER)], (target) =>
    cluster.exec(target, [
      "/opt/spire/bin/spire-server",
      "bundle",
      "list",
      "-format",
      "pem",
      "-id",
      trustDomain,
    ]),
  );
  const known = certificateBlocks(answer).join("\n");
  if (known === "") {
    return failed(
      `the SPIRE server of ${name} has no roots of ${trustDomain}, so whoever is to know that trust domain gets no identity; run pulumi up`,
    );
  }
  if (fingerprints(known) === told) return ok(`${trustDomain}: sha256 ${told}`);
  return failed(
    `the SPIRE server of ${name} has root ${fingerprints(known)} of ${trustDomain}, whose server in ${peer} tells ${told}; ` +
      `it asks for new ones at the Service ${SPIRE_NAMESPACE}/${BUNDLE_ENDPOINT} of ${peer}; if it has missed them, run pulumi up`,
  );
}

/** The roots that a cluster's server tells its agents. */
function rootsOf(mesh: MeshReader, name: string): Promise<string> {
  return mesh.once(`SPIRE's roots of ${name}`, async () => {
    const map = await mesh.cluster(name).configMap(SPIRE_NAMESPACE, SPIRE_BUNDLE);
    const roots = map?.data?.[SPIRE_BUNDLE_FILE];
    if (roots !== undefined) return roots;
    throw new Error(
      `ConfigMap ${SPIRE_NAMESPACE}/${SPIRE_BUNDLE} of ${name} is missing or empty; its SPIRE server writes it, so see ` +
        `kubectl logs -n ${SPIRE_NAMESPACE} ${SPIRE_SERVER}-0 -c ${SPIRE_SERVER}`,
    );
  });
}
