import { ISTIO_NAMESPACE, NETWORK_LABEL } from "../../components/names";
import { isMember } from "../../components/topology/links";
import type { ClusterPlan, MeshPlan } from "../../components/spec/types";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, ok, type Outcome, type Probe } from "../probe";

/** Every istiod learns each cluster's network from a label, and sends what is elsewhere through a gateway. */
export function network(plan: MeshPlan): Probe[] {
  return plan.clusters.filter(isMember).map((cluster) => ({
    check: "network",
    cluster: cluster.name,
    run: (mesh) => checkLabel(mesh, cluster),
  }));
}

async function checkLabel(mesh: MeshReader, cluster: ClusterPlan): Promise<Outcome> {
  const namespace = await mesh.cluster(cluster.name).namespace(ISTIO_NAMESPACE);
  if (namespace === undefined) {
    return failed(`${cluster.name} has no namespace ${ISTIO_NAMESPACE}; run pulumi up --refresh`);
  }
  return judgeNetwork(cluster, namespace.metadata?.labels?.[NETWORK_LABEL]);
}

/** Compares the network that a label tells with the plan's. */
export function judgeNetwork({ name, network: planned }: ClusterPlan, found: string | undefined): Outcome {
  if (found === planned) return ok(planned);
  const label = `label ${NETWORK_LABEL} of namespace ${ISTIO_NAMESPACE} in ${name}`;
  const fault = found === undefined ? `${label} is missing` : `${label} is ${found}`;
  return failed(
    `${fault}, and should be ${planned}: istiods take the pods of ${name} to be on another network; run pulumi up --refresh`,
  );
}
