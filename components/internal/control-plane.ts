import * as pulumi from "@pulumi/pulumi";
import { MESH_DEFAULTS } from "../defaults";
import type { HelmValues } from "../spec/types";
import { HelmChart } from "./helm-chart";
import { chartOf, type IstioArgs } from "./istio-args";
import type { Manifest } from "./manifests";

/** What a component's arguments say of any control plane: whose it is, and which images it has. */
export interface ControlPlaneArgs {
  clusterName: string;
  network: string;
  meshId?: string;
  trustDomain?: string;
  istio?: IstioArgs;
}

/** The same as the istiod chart's values take it, with every default. */
export function identityOf({ clusterName, network, meshId, trustDomain, istio = {} }: ControlPlaneArgs) {
  return {
    clusterName,
    network,
    meshId: meshId ?? MESH_DEFAULTS.meshId,
    trustDomain: trustDomain ?? MESH_DEFAULTS.trustDomain,
    hub: istio.hub,
    tag: istio.tag,
    imagePullSecrets: istio.imagePullSecrets ?? [],
  };
}

/** Name of the release of Istio's default revision, the only one that is installed. */
const RELEASE = "istiod";

/**
 * A control plane: the istiod chart, which in a remote is only the way to one. Whatever a cluster has once for all of its
 * control planes is its base, so that another revision could stand beside this one under a release of its own.
 *
 * @param opts - depend on the cluster's base and on the CA
 * @param besides - objects that go with the chart's
 */
export function controlPlane(
  name: string,
  istio: IstioArgs | undefined,
  values: HelmValues,
  opts: pulumi.ComponentResourceOptions,
  besides: readonly Manifest[] = [],
): HelmChart {
  const chart = { ...chartOf("istiod", istio), releaseName: RELEASE, values };
  return new HelmChart(`${name}-${RELEASE}`, besides.length > 0 ? { ...chart, besides } : chart, opts);
}
