import { DEFAULT_ISTIO_VERSION } from "../../defaults";
import { definedOnly, mergeSettings } from "../settings";
import type { ClusterSpec, IstiodSpec, IstioPlan, MeshSpec } from "../types";

/** Which Istio a cluster gets: its own settings over the mesh's. */
export function planIstio(cluster: ClusterSpec, spec: MeshSpec): IstioPlan {
  const settings = { ...spec.istio, ...definedOnly(cluster.istio ?? {}) };
  const { imagePullSecrets = [], imagePullCredentials = {} } = settings;
  return {
    version: settings.version ?? DEFAULT_ISTIO_VERSION,
    charts: settings.charts ?? {},
    hub: settings.hub,
    tag: settings.tag,
    imagePullSecrets: [...new Set([...imagePullSecrets, ...Object.keys(imagePullCredentials)])],
    imagePullCredentials,
  };
}

/** A cluster's settings of istiod over the mesh's. */
export function istiodSettings(cluster: ClusterSpec, spec: MeshSpec): IstiodSpec {
  return mergeSettings(spec.istiod, cluster.istiod);
}
