import { externalIstiodPorts } from "../../topology/ports";
import { addressTypeOf, gatewaySettings, serviceAnnotationsOf } from "../gateway/plan";
import type { ClusterSpec, ExternalControlPlanePlan, MeshSpec } from "../types";

/** The istiod of a cluster that runs in another one, if it does. */
export function planExternalControlPlane(
  { externalControlPlane }: ClusterSpec,
  spec: MeshSpec,
): ExternalControlPlanePlan | undefined {
  const host = spec.clusters.find(({ name }) => name === externalControlPlane?.host);
  if (externalControlPlane === undefined || host === undefined) return undefined;
  const settings = gatewaySettings(host, spec);
  const { sourceRanges = [] } = settings;
  const addressType = addressTypeOf(host, spec);
  const serviceAnnotations = serviceAnnotationsOf(host, settings, externalIstiodPorts(addressType));
  return { ...externalControlPlane, addressType, serviceAnnotations, sourceRanges };
}
