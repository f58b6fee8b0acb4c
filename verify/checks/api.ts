import { ISTIO_NAMESPACE } from "../../components/names";
import type { MeshPlan } from "../../components/spec/types";
import type { MeshReader } from "../kube/mesh-reader";
import { failed, ok, type Outcome, type Probe } from "../probe";

/** Each cluster's API server answers and calls itself ready. */
export function api(plan: MeshPlan): Probe[] {
  return plan.clusters.map(({ name }) => ({
    check: "api",
    cluster: name,
    run: (mesh) => checkApi(mesh, name),
  }));
}

async function checkApi(mesh: MeshReader, name: string): Promise<Outcome> {
  const cluster = mesh.cluster(name);
  const ready = await cluster.ready();
  // What answers may be no API server, or not know the caller, which is no fault of the cluster.
  await cluster.namespace(ISTIO_NAMESPACE);
  if (ready) return ok("ready");
  return failed(
    `the API of ${name} answers but is not ready; see: kubectl get --raw '/readyz?verbose' on ${name}`,
  );
}
