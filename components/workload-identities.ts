import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { workloadIdentities } from "./objects/spire/identities";

/** Arguments of {@link WorkloadIdentities}. */
export interface WorkloadIdentitiesArgs {
  /**
   * Other trust domains that the workloads meet. Each has to have its `TrustDomainFederation` before: SPIRE gives nobody an
   * identity that is to know a trust domain of which there are no roots.
   * @default []
   */
  federatesWith?: string[];
  /** Class of the controller manager that is to heed it. @default - one without a class */
  className?: string;
}

/**
 * The identity that Istio expects, `spiffe://<trust domain>/ns/<namespace>/sa/<account>`, for every pod of a cluster that
 * has a proxy.
 */
export class WorkloadIdentities extends pulumi.ComponentResource {
  public constructor(
    name: string,
    args: WorkloadIdentitiesArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(componentType("WorkloadIdentities"), name, {}, opts);
    const { federatesWith = [], className } = args;
    applyChart(name, (chart) => workloadIdentities(chart, { federatesWith, className }), { parent: this });
    this.registerOutputs({});
  }
}
