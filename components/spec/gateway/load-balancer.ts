/** Where a cluster runs, as far as its load balancers and Istio's charts can tell. */
export type Platform = "eks" | "gke" | "aks" | "openshift" | "on-premises" | "kind";

/** What is asked of a gateway's load balancer; how it is said differs by platform. */
export interface LoadBalancerSpec {
  /**
   * Whether only private networks reach the load balancer. Platforms: eks, gke (from every region of the VPC), aks.
   * @default false
   */
  readonly internal?: boolean | undefined;
  /**
   * Seconds after which the load balancer forgets a connection without traffic: 60 to 6000 on eks, whole minutes from
   * 240 to 6000 on aks (cloud-provider-azure before 1.28: to 1800); no other platform lets a Service set it.
   * @default - the platform's: 350 on eks, 240 on aks
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
   * @see https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout
   */
  readonly idleTimeoutSeconds?: number | undefined;
  /**
   * MetalLB's IPAddressPool that the address comes from. Platforms: on-premises, openshift.
   * @default - any pool that MetalLB assigns from by itself
   * @see https://metallb.io/usage/#requesting-specific-ips
   */
  readonly addressPool?: string | undefined;
}
