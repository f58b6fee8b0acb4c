import { ApiObject, type Chart } from "cdk8s";
import type { ServiceStub } from "../spec/types";

/** Namespaces of stubs. */
export function stubNamespaces(chart: Chart, names: readonly string[]): void {
  for (const name of names) {
    new ApiObject(chart, name, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
}

/**
 * Services without endpoints for those that run in other clusters only: a client resolves names in its own cluster, and
 * its proxy knows the endpoints.
 * @see https://istio.io/latest/docs/ops/deployment/deployment-models/#dns-with-multiple-clusters
 */
export function serviceStubs(chart: Chart, services: readonly ServiceStub[]): void {
  for (const { name, namespace, ports } of services) {
    // Not that of cdk8s-plus, which gives it an empty selector.
    new ApiObject(chart, `${name}.${namespace}`, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace },
      spec: { ports },
    });
  }
}
