import type { Platform } from "../../topology/platforms";
import type { Adoptable } from "../adopt/types";
import type { ExternalControlPlanePlan, ExternalControlPlaneSpec } from "../external/types";
import type { GatewayPlan, GatewaySpec } from "../gateway/types";
import type { IngressPlan, IngressSpec } from "../ingress/types";
import type { BaseSpec, IstiodSpec, IstioPlan, IstioSpec } from "../istio/types";
import type { ReaderPlan } from "../readers/types";

/**
 * What happens to the resources of a cluster whose API server does not answer:
 * - `fail`: each one that changes is an error
 * - `skip`: changes are left out, with a warning
 * - `forget`: changes are left out, and resources that are removed from the program are dropped from the state without
 *   asking the cluster; for a cluster that is gone
 */
export type WhenUnreachable = "fail" | "skip" | "forget";

/** One Kubernetes cluster of the mesh: a primary, which runs its own istiod, unless it names others that serve it. */
export interface ClusterSpec {
  /** DNS-1123 label, unique in the mesh; the remote-secret key, Istio's cluster ID and the resource name prefix. */
  readonly name: string;
  /**
   * The name that it had until now. Its resources are renamed with it then, and nothing of the cluster is made anew;
   * without it another name is another cluster. To be kept until all of its pods were restarted.
   * @default - it has always had its name
   */
  readonly formerName?: string | undefined;
  /** Clusters with the same network reach each other's pods directly. */
  readonly network: string;
  /**
   * Primaries that serve this cluster, which makes it a remote. Its proxies and its injection webhook use the first
   * one's address, since Istio gives a remote a single one; the others are ready to take its place.
   * @default [] - the cluster is a primary
   * @see https://istio.io/latest/docs/setup/install/multicluster/primary-remote/
   */
  readonly controlPlanes?: readonly string[] | undefined;
  /**
   * What the cluster has already, which is neither written nor deleted:
   * - `namespace`: istio-system, of which only the labels and annotations that tell its network and role are set
   * - `crds`: Istio's CRDs, of its own version or a newer one, which Helm then neither owns nor upgrades here
   * - `cacerts`: the Secret with its CA; needs `rootCertificate`
   * - `istiod`: a whole control plane of this mesh ID and trust domain, with namespace and CA; the cluster is only linked,
   *   and its gateway is its own unless `gateway.enabled` is true
   *
   * It cannot change while the cluster is part of the mesh.
   * @default [] - the cluster has no Istio yet
   */
  readonly adopt?: readonly Adoptable[] | undefined;
  /**
   * SPIFFE trust domain of its workloads' identities. Clusters of one mesh may have several: each accepts certificates of
   * those whose clients call it, and of no others, and its AuthorizationPolicies name foreign workloads by theirs
   * (`bar.com/ns/shop/sa/web`). A remote has that of its control planes. It cannot change while the cluster is part of the
   * mesh. From Istio 1.29.2 on.
   * @default - the mesh's, or its control planes'
   */
  readonly trustDomain?: string | undefined;
  /** With `cacerts` or `istiod`: the cluster's root, PEM, then other roots that it accepts. */
  readonly rootCertificate?: string | undefined;
  /** Which Istio it gets, over the mesh's; with `istiod` adopted, which it has. */
  readonly istio?: IstioSpec | undefined;
  /**
   * Ranges of its pod addresses, for checks only: within a network they must not overlap.
   * @default - not checked
   */
  readonly podCidrs?: readonly string[] | undefined;
  /**
   * Ranges of its Service addresses, for checks only: within a network they must not overlap.
   * @default - not checked
   */
  readonly serviceCidrs?: readonly string[] | undefined;
  /**
   * Another cluster that runs this one's istiod. Further remotes of that istiod name this cluster in `controlPlanes`.
   * @default - the cluster runs its own istiod, or has `controlPlanes`
   */
  readonly externalControlPlane?: ExternalControlPlaneSpec | undefined;
  /**
   * Where the cluster runs, which sets the annotations and the address type of its gateway's load balancer, and
   * `global.platform` of Istio's charts. Where a change of it asks for another kind of load balancer, the gateway's
   * Service is replaced, which interrupts traffic from other networks. EKS needs the AWS Load Balancer Controller or Auto
   * Mode, OpenShift Istio's CNI node agent (`istioCni`).
   * @default - nothing is taken for granted
   * @see https://istio.io/latest/docs/setup/platform-setup/
   */
  readonly platform?: Platform | undefined;
  /**
   * DNS name of yours that leads to the load balancer of this cluster's gateway, by which the API servers of its remotes
   * call istiod to inject and validate. It is added to istiod's certificate, which needs no other issuer. Needed where
   * that load balancer has a host name and a remote's API server calls webhooks at endpoints, as managed ones do: what
   * has a host name has none. Point the record at the stack output `gatewayAddresses`.
   * @default - none: they call the Service `istiod` of their own cluster
   * @see https://github.com/istio/istio/issues/45014
   */
  readonly webhookHostName?: string | undefined;
  /**
   * Whether Istio's CNI node agent is in the cluster: your word, since it is not installed here. On openshift it has to
   * be there before the mesh is; on other platforms nothing needs it.
   * @default false
   * @see https://istio.io/latest/docs/setup/additional-setup/cni/
   */
  readonly istioCni?: boolean | undefined;
  readonly base?: BaseSpec | undefined;
  readonly istiod?: IstiodSpec | undefined;
  readonly gateway?: GatewaySpec | undefined;
  /** A gateway for clients outside of the mesh. @default - it has none */
  readonly ingress?: IngressSpec | undefined;
  /**
   * Addresses of its east-west gateway, all IPs or all host names, where others made that: needed for imports from a
   * cluster whose istiod is adopted.
   * @default - those of the gateway that is made here
   */
  readonly gatewayAddresses?: readonly string[] | undefined;
  /** Its region, `topology.kubernetes.io/region` of its nodes, by which imports from it are ordered. @default - unknown */
  readonly region?: string | undefined;
  /** Raised by one, it gives this cluster a new intermediate with a new key; the mesh's number counts as well. @default 1 */
  readonly intermediateEpoch?: number | undefined;
  /** Former name of `intermediateEpoch`. */
  readonly caEpoch?: number | undefined;
  /**
   * Lifetime of this cluster's intermediate in days, for one that joins when less than the mesh's
   * `ca.intermediateValidityDays` is left of the root's life. Of another length than the one that it has, it gives the
   * cluster a new intermediate for the same key.
   * @default - the mesh's
   */
  readonly intermediateValidityDays?: number | undefined;
  /** Former name of `intermediateValidityDays`. */
  readonly caValidityDays?: number | undefined;
  /** What to do while its API server does not answer. @default "fail" */
  readonly whenUnreachable?: WhenUnreachable | undefined;
  /**
   * A change of this number replaces the token by which other clusters read this one, while the mesh runs.
   * Any whole number from 1; the mesh's number counts as well.
   * @default 1
   */
  readonly readerTokenEpoch?: number | undefined;
  /** Whether `istioctl analyze` of other clusters may read Istio's objects here. @default - the mesh's, true */
  readonly istioctlAnalyze?: boolean | undefined;
  /**
   * First step of taking the cluster out: the others forget it and its token dies, while control plane and gateway stay
   * for the connections that there are. Once these have ended, remove the cluster.
   * @default false
   */
  readonly leaving?: boolean | undefined;
}

/** A cluster with every default filled in. */
export interface ClusterPlan {
  readonly name: string;
  readonly formerName?: string | undefined;
  readonly network: string;
  /** The primaries that serve it, the one whose address it uses first; empty for a primary. */
  readonly controlPlanes: readonly string[];
  /** The remotes that it serves. */
  readonly remotes: readonly string[];
  /** Of its workloads' identities. */
  readonly trustDomain: string;
  /** Other trust domains whose workloads may send requests to its own and to those of its remotes; empty for a remote. */
  readonly foreignTrustDomains: readonly string[];
  /** What it has already; with `istiod` its namespace and CA too. */
  readonly adopt: readonly Adoptable[];
  /** What its proxies accept, PEM, where it has its CA already. */
  readonly rootCertificate?: string | undefined;
  readonly istio: IstioPlan;
  /** Where its istiod runs, if in another cluster. */
  readonly externalControlPlane?: ExternalControlPlanePlan | undefined;
  /** Name by which the API servers of its remotes call its istiod. */
  readonly webhookHostName?: string | undefined;
  /** The cluster whose istiod it runs, which makes it a host: no member of the mesh. */
  readonly runsIstiodOf?: string | undefined;
  readonly base: BaseSpec;
  readonly istiod: IstiodSpec;
  /** Absent where no other network has to reach the cluster. */
  readonly gateway?: GatewayPlan | undefined;
  /** Absent where no gateway is asked for to clients outside of the mesh. */
  readonly ingress?: IngressPlan | undefined;
  /** Names the intermediate that it has: the mesh's epoch, then its own. */
  readonly intermediateEpoch: string;
  /** Lifetime of its intermediate in days. */
  readonly intermediateValidityDays: number;
  readonly whenUnreachable: WhenUnreachable;
  /** Absent where no other cluster observes this one. */
  readonly reader?: ReaderPlan | undefined;
}
