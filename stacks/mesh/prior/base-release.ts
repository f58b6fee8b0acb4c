import type { V1ObjectMeta } from "@kubernetes/client-node";
import { BASE_RELEASE, ISTIO_NAMESPACE } from "../../../components/names";

/** How Helm knows that an object belongs to the base chart's release; one that says so it takes over. */
export const OF_BASE = {
  labels: { "app.kubernetes.io/managed-by": "Helm" },
  annotations: {
    "meta.helm.sh/release-name": BASE_RELEASE,
    "meta.helm.sh/release-namespace": ISTIO_NAMESPACE,
  },
};

/** Whether an object belongs to that release: others install Istio's CRDs as well. */
export function isOfBase(metadata: Pick<V1ObjectMeta, "labels" | "annotations"> | undefined): boolean {
  const has = (
    found: Readonly<Record<string, string>> | undefined,
    wanted: Readonly<Record<string, string>>,
  ) => Object.entries(wanted).every(([key, value]) => found?.[key] === value);
  return has(metadata?.labels, OF_BASE.labels) && has(metadata?.annotations, OF_BASE.annotations);
}

/** Whether a CRD of this name is one of Istio's. */
export function isIstioCrd(name: string): boolean {
  return name.endsWith(".istio.io");
}
