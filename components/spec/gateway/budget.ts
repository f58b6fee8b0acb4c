import { GATEWAY_REPLICAS } from "../../defaults";
import type { GatewaySpec, MeshSpec, Problem } from "../types";
import { exposureOf, gatewaySettings } from "./plan";

/**
 * A disruption budget may let go of no pod at all. Draining a node then waits for ever, and with it the upgrade of a
 * cluster's nodes, of which the mesh itself shows nothing.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export function budgetWarnings(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) => {
    const settings = gatewaySettings(cluster, spec);
    const pods = settings.replicas ?? settings.minReplicas ?? GATEWAY_REPLICAS.min;
    if (exposureOf(cluster, spec) === undefined || keptOf(settings, pods) < pods) return [];
    const isOwn = cluster.gateway?.minAvailable !== undefined;
    return [
      {
        path: isOwn ? `clusters[${index}].gateway.minAvailable` : "gateway.minAvailable",
        message:
          `${settings.minAvailable} lets go of none of the ${pods} pod${pods === 1 ? "" : "s"} of the gateway of ${cluster.name}, ` +
          "so a node that has one is never drained; have more replicas (minReplicas or replicas), or lower it",
      },
    ];
  });
}

/** How many of so many pods have to stay; Kubernetes rounds percentages up. */
function keptOf({ minAvailable = 0 }: GatewaySpec, pods: number): number {
  if (typeof minAvailable === "number") return minAvailable;
  return Math.ceil((Number.parseInt(minAvailable, 10) * pods) / 100);
}
