import { createHash } from "node:crypto";
import type { Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-28";
import { SPIRE_NAMESPACE } from "../../names";

/** A ConfigMap of SPIRE's namespace. */
export function configMap(chart: Chart, name: string, data?: Record<string, string>): void {
  new k8s.KubeConfigMap(chart, `${name}-config`, {
    metadata: { name, namespace: SPIRE_NAMESPACE },
    ...(data === undefined ? {} : { data }),
  });
}

/** Annotation by which pods start anew with another configuration. */
export function configAnnotation(...texts: readonly string[]): Record<string, string> {
  const hash = createHash("sha256").update(texts.join("\n")).digest("hex");
  return { "istio-multicluster/config": hash.slice(0, 16) };
}
