import { join } from "node:path/posix";
import { ISTIO_HELM_REPOSITORY } from "../defaults";
import type { ChartSource } from "../spec/types";

/** Istio's charts that this program installs, as their publishers name them. */
export type ChartName = "base" | "istiod" | "gateway";

/** Where Helm finds a chart; the shape that both Helm resources of `@pulumi/kubernetes` take. */
export interface ChartLocation {
  chart: string;
  version?: string;
  repositoryOpts?: { repo: string };
}

/** Locates one of Istio's charts in a source. A folder's chart carries its own version, so none is asked for. */
export function locateChart(name: ChartName, source: ChartSource, version: string): ChartLocation {
  if (source.folder !== undefined) return { chart: localChartPath(source.folder, name) };
  if (source.oci !== undefined) return { chart: `${source.oci.replace(/\/$/, "")}/${name}`, version };
  return { chart: name, version, repositoryOpts: { repo: source.repository ?? ISTIO_HELM_REPOSITORY } };
}

/** A leading `./` keeps Helm from taking a relative path for the name of a chart in a repository. */
function localChartPath(folder: string, name: ChartName): string {
  const path = join(folder, name);
  return path.startsWith("/") || path.startsWith("../") ? path : `./${path}`;
}
