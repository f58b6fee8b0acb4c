import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { planIstio } from "../../components/spec/istio/plan";
import type { Problem } from "../../components/spec/types";
import type { MeshConfig } from "./schema";

/** Problems of folders with charts, which Helm would tell much later, and without the setting. */
export function chartFolderProblems(mesh: MeshConfig): Problem[] {
  return foldersOf(mesh).flatMap(({ path, folder }) => {
    if (chartVersion(folder) !== undefined) return [];
    const message =
      `${folder} has no istiod/Chart.yaml; give it the folder that holds Istio's charts base/, istiod/ and gateway/, ` +
      "relative to the project (a leading ~ is not expanded, since the path is kept in the state)";
    return [{ path, message }];
  });
}

/** Charts of another version than the one that all checks go by. */
export function chartFolderWarnings(mesh: MeshConfig): Problem[] {
  return foldersOf(mesh).flatMap(({ path, folder, version, versionPath }) => {
    const found = chartVersion(folder);
    if (found === undefined || found === version) return [];
    const message = `${folder} has charts of Istio ${found}, but checks go by ${version}; set ${versionPath}: ${found}`;
    return [{ path, message }];
  });
}

/** Where a folder is said, and which version the config has for its charts. */
function foldersOf(mesh: MeshConfig) {
  const { istio, clusters } = mesh;
  const shared = clusters.find(({ istio: own }) => own?.charts === undefined);
  return [
    { path: "istio", istio, cluster: shared },
    ...clusters.map((cluster, index) => ({
      path: `clusters[${index}].istio`,
      istio: cluster.istio,
      cluster,
    })),
  ].flatMap(({ path, istio: settings, cluster }) => {
    const folder = settings?.charts?.folder;
    if (folder === undefined || cluster === undefined) return [];
    const { version } = planIstio(cluster, mesh);
    return [{ path: `${path}.charts.folder`, folder, version, versionPath: `${path}.version` }];
  });
}

/** The version of a folder's istiod chart, with which the others come; nothing where there is none. */
function chartVersion(folder: string): string | undefined {
  try {
    const chart = parse(readFileSync(join(folder, "istiod", "Chart.yaml"), "utf8")) as {
      version?: string;
    } | null;
    return chart?.version ?? "";
  } catch {
    return undefined;
  }
}
