import { ISTIO_NAMESPACE } from "../../names";
import { valueAt } from "../settings";
import type { BaseSpec, IstiodSpec, IstioSpec, MeshSpec, Problem } from "../types";

/** Where the charts come from, and what of them is not supported. */
export function istio(spec: MeshSpec): Problem[] {
  return [
    ...chartSource(spec.istio, "istio.charts"),
    ...spec.clusters.flatMap((cluster, index) =>
      chartSource(cluster.istio, `clusters[${index}].istio.charts`),
    ),
    ...names(spec, ""),
    ...spec.clusters.flatMap((cluster, index) => names(cluster, `clusters[${index}].`)),
  ];
}

function chartSource(istio: IstioSpec | undefined, path: string): Problem[] {
  const charts = istio?.charts ?? {};
  const set = (["repository", "oci", "folder"] as const).filter((key) => charts[key] !== undefined);
  if (set.length < 2) return [];
  return [{ path, message: `sets ${set.join(" and ")}; keep one of them` }];
}

/** Names of the charts' objects, on which links and order rest, and by which API servers find istiod. */
function names({ istiod, base }: Pick<MeshSpec, "istiod" | "base">, path: string): Problem[] {
  return [
    ...revision(istiod, `${path}istiod.values`),
    ...defaultRevision(base, `${path}base.values`),
    ...namespace(istiod, `${path}istiod.values`),
    ...namespace(base, `${path}base.values`),
  ];
}

function revision(istiod: IstiodSpec | undefined, path: string): Problem[] {
  if (!istiod?.values?.["revision"]) return [];
  return [{ path: `${path}.revision`, message: "is not supported: one control plane a cluster; remove it" }];
}

/** Names the Service that API servers ask about Istio's objects, unless a URL does. */
function defaultRevision(base: BaseSpec | undefined, path: string): Problem[] {
  const given = base?.values?.["defaultRevision"];
  if (!given || given === "default" || valueAt(base?.values, ["base", "validationURL"])) return [];
  const message = `is ${JSON.stringify(given)}, but istiod has no revision, so API servers would ask one that is not there, and take none of Istio's objects; remove it`;
  return [{ path: `${path}.defaultRevision`, message }];
}

function namespace(chart: Pick<BaseSpec, "values"> | undefined, path: string): Problem[] {
  const given = valueAt(chart?.values, ["global", "istioNamespace"]);
  if (given === undefined || given === ISTIO_NAMESPACE) return [];
  const message = `is ${JSON.stringify(given)}, but everything of Istio's is made in ${ISTIO_NAMESPACE}; remove it`;
  return [{ path: `${path}.global.istioNamespace`, message }];
}
