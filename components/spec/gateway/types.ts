import type { AddressType, LoadBalancerSpec } from "../../topology/platforms";
import type { HelmValues, ResourceRequirements, Toleration } from "../kubernetes";

/** Settings of the east-west gateways, per mesh or per cluster (a cluster's win). */
export interface GatewaySpec extends LoadBalancerSpec {
  /** Whether the cluster has a gateway. @default - true when another network or a remote has to reach this cluster, unless its istiod is adopted */
  readonly enabled?: boolean | undefined;
  /** Fixed replica count; turns the autoscaler off. Exclusive with `minReplicas` and `maxReplicas`. @default - autoscaler */
  readonly replicas?: number | undefined;
  /** Replicas that the autoscaler keeps at least. @default 1 */
  readonly minReplicas?: number | undefined;
  /** Replicas that the autoscaler goes up to. @default 5 */
  readonly maxReplicas?: number | undefined;
  /** `minAvailable` of the disruption budget, a count or a percentage. @default - no budget */
  readonly minAvailable?: number | string | undefined;
  /** Hosts that other networks may reach through the gateway. @default those of `services`, or ["*.local"] */
  readonly hosts?: readonly string[] | undefined;
  /** Whether the load balancer has IPs or a host name. @default - "hostname" on eks, otherwise "ip" */
  readonly addressType?: AddressType | undefined;
  /** Annotations of the LoadBalancer Service; they win over the platform's, key by key. @default {} */
  readonly serviceAnnotations?: Readonly<Record<string, string>> | undefined;
  /** CIDRs that may connect to the load balancer. @default - any */
  readonly sourceRanges?: readonly string[] | undefined;
  /** Resources of its container. @default - the chart's */
  readonly resources?: ResourceRequirements | undefined;
  /** Taints that its pods tolerate. @default [] */
  readonly tolerations?: readonly Toleration[] | undefined;
  /**
   * Helm values of the gateway chart, over those that this program computes; a cluster's are merged over the mesh's.
   * One that contradicts the config, such as another network, is refused.
   * @default {}
   */
  readonly values?: HelmValues | undefined;
}

/** Settings of a gateway that is there, in terms of Kubernetes: what its platform makes of them is in the annotations. */
export type GatewaySettings = Omit<GatewaySpec, "enabled" | keyof LoadBalancerSpec>;

/** An east-west gateway with every default filled in. */
export interface GatewayPlan extends GatewaySettings {
  readonly hosts: readonly string[];
  /** Whether it leads to the services of its network, on 15443. */
  readonly exposesServices: boolean;
  /** Whether it leads to its cluster's istiod, on 15012 and 15017: only for remotes. */
  readonly exposesIstiod: boolean;
  readonly addressType: AddressType;
  /** The platform's and the user's own. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  /** Seconds for which new pods have to be ready before old ones go. @default 0 */
  readonly minReadySeconds?: number;
}
