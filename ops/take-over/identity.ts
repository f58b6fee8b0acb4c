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
  target: Pick<TargetCluster, "read">,
): Promise<string[]> {
  const [istiod, config, namespace] = await Promise.all([
    target.read({ apiVersion: "apps/v1", kind: "Deployment", metadata: inSystem("istiod") }),
    target.read({ apiVersion: "v1", kind: "ConfigMap", metadata: inSystem("istio") }),
    target.read({ apiVersion: "v1", kind: "Namespace", metadata: { name: ISTIO_NAMESPACE } }),
  ]);
  if (istiod === undefined) return [];
  return [
    ...differs("name", cluster.name, environment(istiod)["CLUSTER_ID"]),
    ...differs("network", cluster.network, namespace?.metadata?.labels?.[NETWORK_LABEL]),
    ...differs("trustDomain", plan.trustDomain, meshConfig(config)["trustDomain"]),
    ...(signingClusters(plan.clusters).includes(cluster) ? await otherRoot(plan, target) : []),
  ].map((problem) => `${cluster.name}: ${problem}`);
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
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly { readonly env?: readonly { name: string; value?: string }[] }[];
      };
    };
  };
}

function environment(istiod: Live): Record<string, string | undefined> {
  const containers = (istiod as Workload).spec?.template?.spec?.containers ?? [];
  return Object.fromEntries((containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
}

function meshConfig(config: Live | undefined): Record<string, unknown> {
  const text = (config?.["data"] as Record<string, string> | undefined)?.["mesh"] ?? "{}";
  return (parse(text) ?? {}) as Record<string, unknown>;
}
