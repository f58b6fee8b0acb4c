import { ApiObject, type Chart } from "cdk8s";
import type { ServiceStub } from "../spec/types";

/** What one cluster gets of stubs. */
export interface ServiceStubsInput {
  /** Namespaces to make. */
  readonly namespaces: readonly string[];
  readonly services: readonly ServiceStub[];
}

/**
 * Services without endpoints for those that run in other clusters only: a client resolves names in its own cluster, and
 * its proxy knows the endpoints.
 * @see https://istio.io/latest/docs/ops/deployment/deployment-models/#dns-with-multiple-clusters
 */
export function serviceStubs(chart: Chart, { namespaces, services }: ServiceStubsInput): void {
  for (const name of namespaces) {
    new ApiObject(chart, name, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
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
