import type { V1Pod } from "@kubernetes/client-node";
import { CA_SECRET, ISTIO_NAMESPACE } from "../../components/names";
import type { MeshPlan } from "../../components/spec/types";
import { isMember, istiodOf } from "../../components/topology/links";
import type { ClusterClient } from "../kube/cluster-client";
import type { MeshReader } from "../kube/mesh-reader";
import { forEachLimited } from "../parallel";
import { certificatesOf, fingerprint, fingerprints } from "../pem";
import { failed, ok, type Outcome, type Probe } from "../probe";
import { proxyCertificates, type ProxyCertificates } from "../proxy-certificates";

const PROXY = "istio-proxy";

/** Proxies of one cluster that are asked at the same time. */
const PARALLEL = 4;

/** How many pods a message names. */
const NAMED = 5;

/** What the signing clusters hand out now. */
interface Signers {
  /**
   * Fingerprints of the signing CAs' certificates; any will do where cert-manager renews them, which it does at its own
   * time and under the same root: proxies follow when they renew their own.
   */
  readonly issuers?: ReadonlySet<string>;
  /** Fingerprints of the roots that workloads are told to trust. */
  readonly roots: string;
}

/**
 * Every live proxy of a cluster, gateways too, holds a certificate of the CA that signs now and trusts just the roots
 * that it is to trust: nothing of what was replaced is in use any more.
 */
export function signer(plan: MeshPlan): Probe[] {
  return plan.clusters.filter(isMember).map(({ name, controlPlanes }) => ({
    check: "signer",
    cluster: name,
    run: (mesh) => checkSigner(mesh, name, controlPlanes.length === 0 ? [name] : controlPlanes),
  }));
}

async function checkSigner(mesh: MeshReader, name: string, signing: readonly string[]): Promise<Outcome> {
  const cluster = mesh.cluster(name);
  const { issuers, roots } = await signersOf(signing.map((each) => mesh.cluster(istiodOf(mesh.plan, each))));
  const signers = mesh.plan.ca.issuer === undefined ? { issuers, roots } : { roots };
  const pods = (await cluster.allPods()).filter(hasLiveProxy);
  const remarks: string[] = [];
  await forEachLimited(pods, PARALLEL, async (pod) => {
    const remark = judgeProxy(await certificatesIn(cluster, pod), signers);
    if (remark !== undefined) remarks.push(`${pod.metadata?.namespace}/${pod.metadata?.name} ${remark}`);
  });
  if (remarks.length === 0) return ok(`${pods.length} proxies`);
  const more = remarks.length > NAMED ? ` and ${remarks.length - NAMED} more` : "";
  return failed(
    `of ${pods.length} proxies in ${name}, ${remarks.sort().slice(0, NAMED).join("; ")}${more}; ` +
      "a proxy renews its certificate after half of its lifetime, and gets its roots from istiod at once: wait, or see its log",
  );
}

/** What is amiss with a proxy's certificates; nothing if they are as the signers would give them now. */
export function judgeProxy({ chain, roots }: ProxyCertificates, signers: Signers): string | undefined {
  const [own, issuer] = certificatesOf(chain);
  if (own === undefined) return "has no certificate yet";
  if (issuer === undefined || signers.issuers?.has(fingerprint(issuer)) === false) {
    return `holds a certificate of an earlier signing CA until ${own.validTo}`;
  }
  const trusted = fingerprints(roots);
  return trusted === signers.roots ? undefined : `trusts root ${trusted}, not ${signers.roots}`;
}

async function signersOf(clusters: readonly ClusterClient[]): Promise<Required<Signers>> {
  const files = await Promise.all(clusters.map(cacertsOf));
  const issuers = files.flatMap(({ certificate }) =>
    certificatesOf(certificate).slice(0, 1).map(fingerprint),
  );
  return { issuers: new Set(issuers), roots: fingerprints(files.map(({ roots }) => roots).join("\n")) };
}

async function cacertsOf(cluster: ClusterClient): Promise<{ certificate: string; roots: string }> {
  const secret = await cluster.secret(ISTIO_NAMESPACE, CA_SECRET);
  const file = (name: string) => Buffer.from(secret?.data?.[name] ?? "", "base64").toString("utf8");
  // The second names are cert-manager's.
  const found = {
    certificate: file("ca-cert.pem") || file("tls.crt"),
    roots: file("root-cert.pem") || file("ca.crt"),
  };
  if (found.certificate !== "" && found.roots !== "") return found;
  throw new Error(
    `Secret ${ISTIO_NAMESPACE}/${CA_SECRET} of ${cluster.name} is missing or incomplete; run pulumi up`,
  );
}

function hasLiveProxy({ spec, status, metadata }: V1Pod): boolean {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const live = status?.phase === "Running" && metadata?.deletionTimestamp === undefined;
  return live && containers.some(({ name }) => name === PROXY);
}

async function certificatesIn(cluster: ClusterClient, { metadata }: V1Pod): Promise<ProxyCertificates> {
  const { namespace = "", name: pod = "" } = metadata ?? {};
  return proxyCertificates(await cluster.proxySecrets({ namespace, pod, container: PROXY }));
}
