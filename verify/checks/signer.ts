import type { V1Pod } from "@kubernetes/client-node";
import { controlPlanesOf, isMember, istiodOf } from "../../components/topology/links";
import type { MeshPlan } from "../../components/spec/types";
import { judgeProxy, type ProxyFault, type Signers } from "../judge-proxy";
import { ask } from "../kube/ask";
import type { ClusterReader } from "../kube/cluster-reader";
import { adminPage } from "../kube/admin-page";
import { CannotLookError, describeError } from "../kube/errors";
import type { MeshReader } from "../kube/mesh-reader";
import { containerOf, hasLiveProxy } from "../kube/pods";
import { certificatesOf, fingerprint, fingerprints } from "../pem";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";
import { type ProxyCertificates, proxyCertificates, SECRETS_PAGE } from "../proxy-certificates";
import { sample } from "../sample";
import { shortened } from "../shortened";
import { type SigningCa, signingCa, spreadsUntil } from "./cacerts";

/** How many proxies of a cluster are asked; with more it is a sample, one of each workload in turn. */
export const PROXIES_ASKED = 50;

/** What was found in the proxies of a cluster. */
export interface ProxiesSeen {
  /** How many there are, and how many were asked. */
  readonly total: number;
  readonly asked: number;
  readonly faults: readonly { readonly pod: string; readonly fault: ProxyFault }[];
  /** Those that gave no answer, each with the reason. */
  readonly silent: readonly string[];
}

/**
 * Live proxies of a cluster, gateways too, hold a valid certificate of the CA that signs now and trust just the roots
 * that they are to trust: nothing of what was replaced is in use any more.
 */
export function signer(plan: MeshPlan, proxies: number): Probe[] {
  // What SPIRE issues is looked at by a check of its own.
  if (plan.spire !== undefined) return [];
  return plan.clusters.filter(isMember).map(({ name }) => ({
    check: "signer",
    cluster: name,
    run: (mesh) => checkSigner(mesh, name, controlPlanesOf(name, plan.clusters), proxies),
  }));
}

async function checkSigner(
  mesh: MeshReader,
  name: string,
  signing: readonly string[],
  limit: number,
): Promise<Outcome> {
  const signers = await signersAt(mesh, signing);
  return askProxies(mesh.cluster(name), name, limit, (certificates) => judgeProxy(certificates, signers));
}

/** What the istiods of clusters hand out together. */
export async function signersAt(mesh: MeshReader, signing: readonly string[]): Promise<Signers> {
  const cas = await Promise.all(signing.map((each) => signingCa(mesh, istiodOf(mesh.plan, each))));
  return signersOf(cas, mesh.plan.ca.issuer !== undefined);
}

/**
 * Judges the certificates of the live proxies of a cluster.
 *
 * @param limit - how many are asked at most
 */
export async function askProxies(
  cluster: ClusterReader,
  name: string,
  limit: number,
  judge: (certificates: ProxyCertificates, pod: V1Pod) => ProxyFault | undefined,
): Promise<Outcome> {
  const live = (await cluster.pods({})).filter(hasLiveProxy);
  const chosen = sample(live, limit);
  const faults: { pod: string; fault: ProxyFault }[] = [];
  const silent: string[] = [];
  await Promise.all(
    chosen.map(async (pod) => {
      const label = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
      try {
        const fault = judge(proxyCertificates(await secretsPage(cluster, pod)), pod);
        if (fault !== undefined) faults.push({ pod: label, fault });
      } catch (error) {
        if (error instanceof CannotLookError) throw error;
        silent.push(`${label}: ${describeError(error)}`);
      }
    }),
  );
  return judgeProxies(name, { total: live.length, asked: chosen.length, faults, silent });
}

/** Sums up what was found in the proxies of a cluster. */
export function judgeProxies(name: string, { total, asked, faults, silent }: ProxiesSeen): Outcome {
  if (total === 0) return skipped(`no proxy runs in ${name}`);
  const extent =
    asked < total ? `${asked} of ${total} proxies, a sample (--all-proxies asks all)` : `${total} proxies`;
  const unanswered = silent.length === 0 ? "" : `; no answer of ${shortened(silent)}`;
  if (faults.length > 0) {
    const remarks = shortened(faults.map(({ pod, fault }) => `${pod} ${fault.text}`));
    return failed(
      `of ${extent} in ${name}, ${remarks}${unanswered}; ${mendOf(faults.map(({ fault }) => fault))}`,
    );
  }
  return silent.length === asked
    ? failed(`of ${extent} in ${name} none gave an answer: ${shortened(silent)}`)
    : ok(extent + unanswered);
}

function mendOf(faults: readonly ProxyFault[]): string {
  const times = faults.flatMap(({ goneBy }) => (goneBy === undefined ? [] : [goneBy.getTime()]));
  const until = times.length === 0 ? "" : new Date(Math.max(...times)).toISOString();
  if (times.length === faults.length) {
    return `proxies renew their certificates after half of the lifetime, and follow new roots, by themselves: wait until ${until}`;
  }
  return `where waiting does not help, see the proxy's log, or restart its pod`;
}

/** What several signing clusters hand out together. @param renewed - whether cert-manager renews their CAs */
function signersOf(cas: readonly SigningCa[], renewed: boolean): Signers {
  const certificates = cas.flatMap(({ certificate }) => certificate ?? []);
  const issuers = certificates.flatMap((pem) => certificatesOf(pem).slice(0, 1).map(fingerprint));
  const ends = cas.flatMap((ca) => spreadsUntil(ca)?.getTime() ?? []);
  return {
    ...(renewed || certificates.length < cas.length ? {} : { issuers: new Set(issuers) }),
    roots: fingerprints(cas.map(({ roots }) => roots).join("\n")),
    ...(ends.length === 0 ? {} : { spreadsUntil: new Date(Math.max(...ends)) }),
  };
}

/** The page with the certificates of a pod's proxy. */
async function secretsPage(cluster: ClusterReader, pod: V1Pod): Promise<string> {
  return (await ask([containerOf(pod)], (target) => adminPage(cluster, target, SECRETS_PAGE))).answer;
}
