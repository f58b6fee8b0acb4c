import { CA_SECRET, ISTIO_NAMESPACE, SERVED_ROOT } from "../../components/names";
import type { MeshPlan } from "../../components/spec/types";
import { isMember, istiodOf } from "../../components/topology/links";
import type { ClusterClient } from "../kube/cluster-client";
import type { MeshReader } from "../kube/mesh-reader";
import { fingerprints } from "../pem";
import { failed, ok, type Outcome, type Probe } from "../probe";

/** Workloads of all clusters are given the same root, and it is the one of `cacerts`. */
export function root(plan: MeshPlan): Probe[] {
  return plan.clusters.filter(isMember).map(({ name }) => ({
    check: "root",
    cluster: name,
    run: (mesh) => checkRoot(mesh, name),
  }));
}

async function checkRoot(mesh: MeshReader, name: string): Promise<Outcome> {
  const cluster = mesh.cluster(name);
  const served = await servedRoot(cluster);
  const signer = istiodOf(mesh.plan, name);
  const own = await ownRoot(mesh.cluster(signer));
  if (served !== own) {
    return failed(
      `ConfigMap ${ISTIO_NAMESPACE}/${SERVED_ROOT} of ${name} holds root ${served}, Secret ${CA_SECRET} of ${signer} holds ${own}; ` +
        `restart istiod of ${signer}: kubectl rollout restart deployment/istiod -n ${ISTIO_NAMESPACE}`,
    );
  }
  const { up } = await mesh.reachable(mesh.plan.clusters.filter(isMember).map((other) => other.name));
  const others = await Promise.all(
    up.map(async (other) => ({ name: other.name, root: await servedRoot(other).catch(() => undefined) })),
  );
  const different = others.filter((other) => other.root !== undefined && other.root !== served);
  if (different.length > 0) {
    const list = different.map((other) => `${other.name} (${other.root})`).join(", ");
    return failed(
      `workloads of ${name} trust root ${served}, those of ${list} another one; run pulumi up, then restart istiod where the root changed`,
    );
  }
  return ok(`sha256 ${served}`);
}

async function servedRoot(cluster: ClusterClient): Promise<string> {
  const map = await cluster.configMap(ISTIO_NAMESPACE, SERVED_ROOT);
  const pem = map?.data?.["root-cert.pem"];
  if (pem === undefined) {
    throw new Error(
      `ConfigMap ${ISTIO_NAMESPACE}/${SERVED_ROOT} of ${cluster.name} is missing or empty; istiod writes it, so see whether istiod runs there`,
    );
  }
  return fingerprints(pem);
}

async function ownRoot(cluster: ClusterClient): Promise<string> {
  const secret = await cluster.secret(ISTIO_NAMESPACE, CA_SECRET);
  // The second is cert-manager's name for it.
  const encoded = secret?.data?.["root-cert.pem"] ?? secret?.data?.["ca.crt"];
  if (encoded === undefined) {
    throw new Error(
      `Secret ${ISTIO_NAMESPACE}/${CA_SECRET} of ${cluster.name} is missing or has neither root-cert.pem nor ca.crt; run pulumi up`,
    );
  }
  return fingerprints(Buffer.from(encoded, "base64").toString("utf8"));
}
