import * as pulumi from "@pulumi/pulumi";
import { App, Chart } from "cdk8s";

/** A Kubernetes object as CDK8s synthesises it. */
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** Any Kubernetes object; its type token carries group, version and kind. */
class KubernetesObject extends pulumi.CustomResource {}

/**
 * The one bridge from CDK8s to Pulumi: each object of a chart becomes a resource of its own.
 * A Namespace in the chart is made before, and removed after, everything else in it.
 *
 * @param name - prefix of the resources' names
 * @param build - fills the chart; it sees plain values only, so no Output or secret can pass through CDK8s
 */
export function applyChart(
  name: string,
  build: (chart: Chart) => void,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource[] {
  const manifests = synthesize(build);
  const namespaces = manifests
    .filter(({ kind }) => kind === "Namespace")
    .map((manifest) => toResource(name, manifest, opts));
  const dependsOn = pulumi.output(opts.dependsOn ?? []).apply((first) => [first, namespaces].flat());
  const others = manifests
    .filter(({ kind }) => kind !== "Namespace")
    .map((manifest) => toResource(name, manifest, { ...opts, dependsOn }));
  return [...namespaces, ...others];
}

function synthesize(build: (chart: Chart) => void): Manifest[] {
  const chart = new Chart(new App(), "chart", { disableResourceNameHashes: true });
  build(chart);
  return chart.toJson() as Manifest[];
}

function toResource(prefix: string, manifest: Manifest, opts: pulumi.CustomResourceOptions) {
  const group = manifest.apiVersion.includes("/") ? manifest.apiVersion : `core/${manifest.apiVersion}`;
  const name = `${prefix}-${manifest.kind.toLowerCase()}-${manifest.metadata.name}`;
  return new KubernetesObject(`kubernetes:${group}:${manifest.kind}`, name, manifest, opts);
}
