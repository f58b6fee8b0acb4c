import type { MeshPlan } from "../../components/spec/types";
import { failed, ok, type Probe } from "../probe";

/** Each cluster's API server answers and calls itself ready. */
export function api(plan: MeshPlan): Probe[] {
  return plan.clusters.map(({ name }) => ({
    check: "api",
    cluster: name,
    run: async (mesh) =>
      (await mesh.cluster(name).ready())
        ? ok("ready")
        : failed(
            `the API of ${name} answers but is not ready; see: kubectl get --raw '/readyz?verbose' on ${name}`,
          ),
  }));
}
