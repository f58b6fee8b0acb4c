import type * as pulumi from "@pulumi/pulumi";
import { App, Chart } from "cdk8s";
import { applyManifests, type KubernetesObject, type Manifest } from "./manifests";

/**
 * The one bridge from CDK8s to Pulumi: each object of a chart becomes a resource of its own.
 *
 * @param name - prefix of the resources' names
 * @param build - fills the chart; it sees plain values only, so no Output or secret can pass through CDK8s
 */
export function applyChart(
  name: string,
  build: (chart: Chart) => void,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject[] {
  const chart = new Chart(new App(), "chart", { disableResourceNameHashes: true });
  build(chart);
  return applyManifests(name, chart.toJson() as Manifest[], opts);
}
