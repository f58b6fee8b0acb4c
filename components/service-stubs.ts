import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { serviceStubs, stubNamespaces } from "./objects/service-stubs";
import type { ServiceStub } from "./spec/types";

/** Arguments of {@link ServiceStubs}. */
export interface ServiceStubsArgs {
  /** Services to make, each of the name, namespace and ports of one that runs in other clusters only. */
  services: readonly ServiceStub[];
  /**
   * Namespaces to make for them; those that exist would be taken over. They stay when they leave the list, with
   * everything that has come to be in them.
   * @default []
   */
  namespaces?: readonly string[];
}

const isRetained = ({ retained = false }: ServiceStub): boolean => retained;

/**
 * Services without endpoints in one cluster, by which its clients resolve the names of services of other clusters.
 * Proxies that answer DNS queries themselves need none.
 *
 * @see https://istio.io/latest/docs/ops/deployment/deployment-models/#dns-with-multiple-clusters
 */
export class ServiceStubs extends pulumi.ComponentResource {
  public constructor(name: string, args: ServiceStubsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("ServiceStubs"), name, {}, opts);
    const { services, namespaces = [] } = args;
    // Pulumi would delete a namespace with whatever others have put into it since.
    const kept = { parent: this, retainOnDelete: true };
    const made = applyChart(name, (chart) => stubNamespaces(chart, namespaces), kept);
    const after = { parent: this, dependsOn: made };
    const [shared, own] = [services.filter(isRetained), services.filter((stub) => !isRetained(stub))];
    applyChart(name, (chart) => serviceStubs(chart, own), after);
    applyChart(name, (chart) => serviceStubs(chart, shared), { ...after, retainOnDelete: true });
    this.registerOutputs({});
  }
}
