import * as pulumi from "@pulumi/pulumi";
import { applyChart } from "./internal/apply-chart";
import { asChildOf, componentType } from "./internal/component";
import { mtlsMode } from "./internal/mtls";
import { meshWideMtls, POLICY } from "./objects/mesh-policy";

/** Arguments of {@link MeshPolicy}. */
export interface MeshPolicyArgs {
  /**
   * Mesh-wide mutual TLS: `STRICT` or `PERMISSIVE`.
   * @default "STRICT"
   */
  mtls?: string;
}

/**
 * The mesh-wide policy in the config cluster of an external control plane, whose istiod has to run to accept it. A
 * `ClusterPrimary` has it by itself; under the cluster's name the policy stays when one becomes the other.
 *
 * @see https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#globally-enabling-istio-mutual-tls-in-strict-mode
 */
export class MeshPolicy extends pulumi.ComponentResource {
  public constructor(name: string, args: MeshPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("MeshPolicy"), name, {}, opts);
    const mtls = mtlsMode(args.mtls);
    applyChart(name, (chart) => meshWideMtls(chart, mtls), {
      parent: this,
      aliases: asChildOf("ClusterPrimary", name, POLICY, opts),
    });
    this.registerOutputs({});
  }
}
