import { CA_SECRET, ISTIO_NAMESPACE, SERVED_ROOT } from "../../components/names";
import { isMember, istiodOf } from "../../components/topology/links";
import type { MeshPlan } from "../../components/spec/types";
import type { ClusterReader } from "../kube/cluster-reader";
import type { MeshReader } from "../kube/mesh-reader";
import { caEndings } from "../ca-endings";
import { fingerprints } from "../pem";
import { failed, ok, type Outcome, type Probe } from "../probe";
import { signingCa, spreadsUntil } from "./cacerts";

/** Workloads of all clusters are given the same root, and it is the one of `cacerts`, of which nothing is over. */
export function root(plan: MeshPlan): Probe[] {
  return plan.clusters.filter(isMember).map(({ name }) => ({
    check: "root",
    cluster: name,
    run: (mesh) => checkRoot(mesh, name),
  }));
}

async function checkRoot(mesh: MeshReader, name: string): Promise<Outcome> {
  const served = await servedRoot(mesh.cluster(name));
  const signer = istiodOf(mesh.plan, name);
  const ca = await signingCa(mesh, signer);
  const own = fingerprints(ca.roots);
  if (served !== own) {
    return failed(
      `ConfigMap ${ISTIO_NAMESPACE}/${SERVED_ROOT} of ${name} holds root ${served}, Secret ${CA_SECRET} of ${signer} holds ${own}; ` +
        mendOf(spreadsUntil(ca), signer),
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
      `workloads of ${name} trust root ${served}, those of ${list} another one; run pulumi up, then see the root rows of each`,
    );
  }
  const { over, near } = caEndings(signer, ca, mesh.plan);
  if (over.length > 0) return failed(over.join("; "));
  return ok(`sha256 ${served}`, near.length === 0 ? undefined : near.join("; "));
}

/** istiod takes up a new `cacerts` by itself, but for roots that have nothing in common with those that it had. */
function mendOf(until: Date | undefined, signer: string): string {
  return until === undefined
    ? `restart istiod of ${signer}: kubectl rollout restart deployment/istiod -n ${ISTIO_NAMESPACE}`
    : `the Secret was just changed, and istiod follows by itself: wait until ${until.toISOString()}`;
}

async function servedRoot(cluster: ClusterReader): Promise<string> {
  const map = await cluster.configMap(ISTIO_NAMESPACE, SERVED_ROOT);
  const pem = map?.data?.["root-cert.pem"];
  if (pem === undefined) {
    throw new Error(
      `ConfigMap ${ISTIO_NAMESPACE}/${SERVED_ROOT} of ${cluster.name} is missing or empty; istiod writes it, so see whether istiod runs there`,
    );
  }
  return fingerprints(pem);
}
