import type { IstiodSpec, IstioSpec, MeshSpec, Problem } from "../types";

/** Where the charts come from, and what of them is not supported. */
export function istio(spec: MeshSpec): Problem[] {
  return [
    ...chartSource(spec.istio, "istio.charts"),
    ...spec.clusters.flatMap((cluster, index) =>
      chartSource(cluster.istio, `clusters[${index}].istio.charts`),
    ),
    ...revision(spec.istiod, "istiod"),
    ...spec.clusters.flatMap((cluster, index) => revision(cluster.istiod, `clusters[${index}].istiod`)),
  ];
}

function chartSource(istio: IstioSpec | undefined, path: string): Problem[] {
  const charts = istio?.charts ?? {};
  const set = (["repository", "oci", "folder"] as const).filter((key) => charts[key] !== undefined);
  if (set.length < 2) return [];
  return [{ path, message: `sets ${set.join(" and ")}; keep one of them` }];
}

/** Names of the chart's objects, on which links and order rest, change with a revision. */
function revision(istiod: IstiodSpec | undefined, path: string): Problem[] {
  if (!istiod?.values?.["revision"]) return [];
  return [
    { path: `${path}.values.revision`, message: "is not supported: one control plane a cluster; remove it" },
  ];
}
