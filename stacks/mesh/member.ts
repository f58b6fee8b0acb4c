import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterPrimary, ClusterRemote, EastWestGateway, ExistingCluster } from "../../components";
import type { AddressType, ClusterPlan } from "../../components/spec/types";
import type { Site } from "./providers";

/** One cluster of the mesh as it is being built. */
export interface Member extends Site {
  readonly cluster: ClusterPrimary | ClusterRemote | ExistingCluster;
  readonly gateway?: EastWestGateway | undefined;
  /** The istiod that serves it. */
  readonly istiod: Istiod;
  /** What has to be there before pods get their proxies. */
  readonly injection: pulumi.Resource[];
}

/** An istiod, wherever it runs. */
export interface Istiod {
  /** Of the cluster whose Secrets it reads. */
  readonly provider: k8s.Provider;
  readonly transformations: pulumi.ResourceTransformation[];
  /** There once it serves; absent where another stack has it. */
  readonly resource?: pulumi.Resource | undefined;
  /** Where it is in the change from one root to the next, if it has its CA from here. */
  readonly rootPhase?: pulumi.Output<string> | undefined;
  /** What leads to it from other clusters. */
  readonly entrance?: Entrance | undefined;
}

/** What a cluster has to know of one whose istiod serves or observes it. */
export type Observer = Pick<Member, "scope" | "plan" | "istiod">;

/** How other clusters reach an istiod: at an address, or by a public name. */
export interface Entrance {
  /** What leads there; absent where another stack has it. */
  readonly resource?: pulumi.Resource | undefined;
  readonly address: pulumi.Output<string>;
  readonly addressType: AddressType;
  readonly hostName?: string | undefined;
  /** Name by which API servers call it, while proxies use the address. */
  readonly webhookHostName?: string | undefined;
}

/** The entrance to the istiod of a cluster, behind the load balancer that has an address. */
export function entranceAt(
  { externalControlPlane: external, gateway, webhookHostName }: ClusterPlan,
  address: pulumi.Output<string>,
  resource?: pulumi.Resource,
): Entrance {
  if (external === undefined) {
    return { resource, address, addressType: gateway?.addressType ?? "ip", webhookHostName };
  }
  const { addressType, publicEndpoint } = external;
  return { resource, address, addressType, hostName: publicEndpoint?.hostName };
}
