import { labelProblems } from "../labels";
import type { MeshSpec, Problem } from "../types";

/** The mesh ID is a name that Istio accepts. */
export function meshNames(spec: MeshSpec): Problem[] {
  return labelProblems(spec.meshId, "meshId");
}
