import { READER_ACCOUNT } from "../../names";
import type { ClusterSpec, MeshPlan, MeshSpec, ReaderPlan } from "../types";
import { readerRules } from "./permissions";

/** A plan before its readers are known. */
type Draft = Pick<MeshPlan, "links" | "clusters">;

/** The reader of a cluster, if any other cluster observes it. */
export function planReader(cluster: ClusterSpec, spec: MeshSpec, plan: Draft): ReaderPlan | undefined {
  const links = plan.links.filter(({ observed }) => observed === cluster.name);
  if (links.length === 0) return undefined;
  const observers = links.flatMap(({ observer, serves }) =>
    plan.clusters
      .filter(({ name }) => name === observer)
      .map(({ istio, istiod, remotes, externalControlPlane }) => ({
        version: istio.version,
        istiod,
        serves,
        servesRemotes: remotes.length > 0 || externalControlPlane !== undefined,
        analyzes: cluster.istioctlAnalyze ?? spec.istioctlAnalyze ?? true,
      })),
  );
  return { tokenSecret: tokenSecret(cluster, spec), rules: readerRules(observers) };
}

/** Whether the token of a cluster's reader is not its first one, so that observers had or will have to change it. */
export function hasNewToken(cluster: ClusterSpec, spec: MeshSpec): boolean {
  return epochs(cluster, spec).some((epoch) => epoch > 1);
}

/** Another name for each pair of epochs: a token lives as long as the Secret that it is for. */
function tokenSecret(cluster: ClusterSpec, spec: MeshSpec): string {
  const first = `${READER_ACCOUNT}-token`;
  return hasNewToken(cluster, spec) ? `${first}-${epochs(cluster, spec).join(".")}` : first;
}

function epochs(cluster: ClusterSpec, spec: MeshSpec): number[] {
  return [spec.readerTokenEpoch ?? 1, cluster.readerTokenEpoch ?? 1];
}
