import { parse } from "yaml";
import { CA_SECRET, ISTIO_NAMESPACE, NETWORK_LABEL } from "../../components/names";
import { parseCertificates } from "../../components/pki/certificates";
import { signingClusters } from "../../components/spec/adopt/adopted";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import type { Live, TargetCluster } from "./cluster";

const inSystem = (name: string) => ({ name, namespace: ISTIO_NAMESPACE });

/**
 * Why a cluster's Istio cannot go on under the plan: what would give it another identity or another root while its
 * proxies run. Nothing where the cluster has no Istio yet.
 */
export async function contradictions(
  cluster: ClusterPlan,
  plan: MeshPlan,
  target: Pick<TargetCluster, "read" | "list">,
): Promise<string[]> {
  const [istiods, istiod, config, namespace] = await Promise.all([
    target.list("apps/v1", "Deployment", "app=istiod"),
    target.read({ apiVersion: "apps/v1", kind: "Deployment", metadata: inSystem("istiod") }),
    target.read({ apiVersion: "v1", kind: "ConfigMap", metadata: inSystem("istio") }),
    target.read({ apiVersion: "v1", kind: "Namespace", metadata: { name: ISTIO_NAMESPACE } }),
  ]);
  const others = istiods.flatMap(({ metadata }) => otherIstiod(metadata));
  if (istiod === undefined) return others.map((problem) => `${cluster.name}: ${problem}`);
  return [
    ...others,
    ...differs("name", cluster.name, environment(istiod)["CLUSTER_ID"]),
    ...differs("network", cluster.network, namespace?.metadata?.labels?.[NETWORK_LABEL]),
    ...differs("trustDomain", cluster.trustDomain, meshConfig(config)["trustDomain"]),
    ...differs("istio.version", cluster.istio.version, imageVersion(istiod)),
    ...(signingClusters(plan.clusters).includes(cluster) ? await otherRoot(plan, target) : []),
  ].map((problem) => `${cluster.name}: ${problem}`);
}

/** Another revision's, or one of another namespace: a second control plane would be made beside it. */
function otherIstiod(metadata: Live["metadata"]): string[] {
  const { name = "", namespace = "", labels = {} } = metadata ?? {};
  if (name === "istiod" && namespace === ISTIO_NAMESPACE) return [];
  const revision = labels["istio.io/rev"];
  return [
    `its Deployment ${namespace}/${name} is an istiod${revision === undefined ? "" : ` of revision ${revision}`}, ` +
      `and only ${ISTIO_NAMESPACE}/istiod without a revision can be taken over; install that one beside it, move the ` +
      "namespaces to it and remove the other first",
  ];
}

function differs(key: string, planned: string, found: unknown): string[] {
  if (typeof found !== "string" || found === "" || found === planned) return [];
  return [`${key} is "${planned}" in the config, but its Istio runs as "${found}"; set ${key} to that`];
}

/** A new root under running proxies would cut them off. */
async function otherRoot({ ca }: MeshPlan, target: Pick<TargetCluster, "read">): Promise<string[]> {
  const own = await target.read({ apiVersion: "v1", kind: "Secret", metadata: inSystem(CA_SECRET) });
  const selfSigned = await target.read({
    apiVersion: "v1",
    kind: "Secret",
    metadata: inSystem("istio-ca-secret"),
  });
  const pem = decoded(own, "root-cert.pem") ?? decoded(selfSigned, "ca-cert.pem");
  if (pem === undefined) return [];
  const provided = fingerprints(ca.provided?.rootCertificate ?? "");
  if (fingerprints(pem).some((root) => provided.includes(root))) return [];
  return [
    "its istiod would get a CA under another root; set adopt: [cacerts] and rootCertificate to keep the one it has, " +
      "or give its CA in ca.provided",
  ];
}

function fingerprints(pem: string): string[] {
  return (parseCertificates(pem) ?? []).map(({ fingerprint256 }) => fingerprint256);
}

function decoded(secret: Live | undefined, file: string): string | undefined {
  const text = (secret?.["data"] as Record<string, string> | undefined)?.[file];
  return text === undefined ? undefined : Buffer.from(text, "base64").toString();
}

interface Workload {
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } } };
}

interface Container {
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** The version in the image's tag, if there is one: a takeover is no upgrade. */
function imageVersion(istiod: Live): string | undefined {
  return /:(\d+\.\d+\.\d+)[^/]*$/.exec(container(istiod)?.image ?? "")?.[1];
}

function environment(istiod: Live): Record<string, string | undefined> {
  return Object.fromEntries((container(istiod)?.env ?? []).map(({ name, value }) => [name, value]));
}

function container(istiod: Live): Container | undefined {
  return (istiod as Workload).spec?.template?.spec?.containers?.[0];
}

function meshConfig(config: Live | undefined): Record<string, unknown> {
  const text = (config?.["data"] as Record<string, string> | undefined)?.["mesh"] ?? "{}";
  return (parse(text) ?? {}) as Record<string, unknown>;
}
