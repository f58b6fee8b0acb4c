import { MESH_DEFAULTS } from "../../defaults";
import { DNS_LABEL, labelProblems } from "../labels";
import type { MeshSpec, Problem } from "../types";

/** Mesh ID and trust domain are names that Istio and SPIFFE accept. */
export function meshNames(spec: MeshSpec): Problem[] {
  const trustDomain = spec.trustDomain ?? MESH_DEFAULTS.trustDomain;
  const labels = trustDomain.split(".");
  return [
    ...labelProblems(spec.meshId, "meshId"),
    ...(labels.every((label) => DNS_LABEL.test(label))
      ? []
      : [
          {
            path: "trustDomain",
            message: `"${trustDomain}" is not a DNS name; use lower-case labels joined by dots, such as cluster.local`,
          },
        ]),
  ];
}
