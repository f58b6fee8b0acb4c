import { discoveryLinks, membersOf } from "../../topology/links";
import { valueAt } from "../settings";
import type { HelmValues, MeshSpec, Problem } from "../types";
import { istiodSettings } from "./plan";

/** Whether values of the istiod chart turn Istio's ambient mode on. */
export function isAmbient(values: HelmValues): boolean {
  const profiles = [values["profile"], valueAt(values, ["global", "profile"])];
  const switches = [["env"], ["pilot", "env"]].map((path) =>
    valueAt(values, [...path, "PILOT_ENABLE_AMBIENT"]),
  );
  return profiles.includes("ambient") || switches.some((value) => String(value) === "true");
}

/**
 * Istio's gateways between networks are of two kinds that do not serve each other, and what is made here is for sidecars.
 * Nothing says so at run time: requests to workloads without one just fail.
 *
 * @see https://istio.io/latest/docs/ambient/install/multicluster/
 */
export function ambientWarnings(spec: MeshSpec): Problem[] {
  if (discoveryLinks(spec).length === 0) return [];
  return membersOf(spec)
    .filter((cluster) => isAmbient(istiodSettings(cluster, spec).values ?? {}))
    .map((cluster) => ({
      path: `clusters[${spec.clusters.indexOf(cluster)}].istiod.values`,
      message:
        `turns ambient on in ${cluster.name}, of which nothing is set up between clusters here: gateways pass the mutual TLS ` +
        "of sidecars and no HBONE, so other clusters do not reach workloads that have only a ztunnel, and npm run verify " +
        "does not look at these; give sidecars to what is called across clusters",
    }));
}
