import type * as pulumi from "@pulumi/pulumi";
import { App, Chart } from "cdk8s";
import { applyManifests, type KubernetesObject, type Manifest } from "./manifests";

/** Gives the text that stands for a value in a chart: the value itself where it is plain. */
export type StandIn = (value: pulumi.Input<string>) => string;

/**
 * The one bridge from CDK8s to Pulumi: each object of a chart becomes a resource of its own.
 *
 * @param name - prefix of the resources' names
 * @param build - fills the chart; it sees plain values only, so no Output or secret can pass through CDK8s. For a value
 *   that may be an Output it gets a text from `standIn`; what has exactly that text gets the value in its place, which
 *   alone is unknown then in a preview
 */
export function applyChart(
  name: string,
  build: (chart: Chart, standIn: StandIn) => void,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject[] {
  const chart = new Chart(new App(), "chart", { disableResourceNameHashes: true });
  const values = new Map<string, pulumi.Input<string>>();
  build(chart, (value) => {
    if (typeof value === "string") return value;
    const text = `{value ${values.size}}`;
    values.set(text, value);
    return text;
  });
  return applyManifests(name, filledIn(chart.toJson(), values) as Manifest[], opts);
}

function filledIn(part: unknown, values: ReadonlyMap<string, pulumi.Input<string>>): unknown {
  if (typeof part === "string") return values.get(part) ?? part;
  if (Array.isArray(part)) return part.map((item) => filledIn(item, values));
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, filledIn(value, values)]));
}
