import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** A kubeconfig of no cluster: with it the provider renders charts, and has nobody to talk to. */
export const NO_CLUSTER = JSON.stringify({ apiVersion: "v1", kind: "Config" });

/** A dot cannot be part of a cluster name, so that no cluster's provider has this one. */
const NAME = "istio-multicluster.charts";

/** By what stands for a run of a program, of which one process can have several. */
const renderers = new WeakMap<object, k8s.Provider>();

/**
 * The provider that renders the charts of all clusters of a program. A cluster's own one does not answer while its
 * kubeconfig is unknown, as in the preview of a cluster that is yet to be made: its charts would show as empty, and what
 * they hold as deleted. One for all, since each provider is a process of its own.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/issues/1148
 */
export function chartRenderer(): k8s.Provider {
  const program = pulumi.runtime.getMonitor();
  if (program === undefined) throw new Error("charts can be rendered in a Pulumi program only");
  const known = renderers.get(program);
  if (known !== undefined) return known;
  const renderer = new k8s.Provider(NAME, { kubeconfig: NO_CLUSTER });
  renderers.set(program, renderer);
  return renderer;
}
