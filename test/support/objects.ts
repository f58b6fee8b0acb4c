import { App, Chart } from "cdk8s";

/** The Kubernetes objects of a chart. @param build - what puts them into it */
export function objectsOf<T = unknown>(build: (chart: Chart) => void): T[] {
  const chart = new Chart(new App(), "chart", { disableResourceNameHashes: true });
  build(chart);
  return chart.toJson() as T[];
}
