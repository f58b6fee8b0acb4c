/** What a user says of a mesh, and what the planner makes of it. Pure data: no Pulumi types, no secrets. */

/** Whether sidecars accept plain text (`PERMISSIVE`) or mutual TLS only (`STRICT`). */
export type MtlsMode = "STRICT" | "PERMISSIVE";

/** Key algorithms that both istiod and `@pulumi/tls` support for CA keys. */
export type CaKeyAlgorithm = "ECDSA-P256" | "ECDSA-P384" | "RSA-4096";

/** What happens to the resources of a cluster whose API server does not answer. */
export type WhenUnreachable = "fail" | "skip";

/** Kubernetes compute resources of a container. */
export interface ResourceRequirements {
  readonly requests?: Readonly<Record<string, string>> | undefined;
  readonly limits?: Readonly<Record<string, string>> | undefined;
}

/** A Kubernetes toleration. */
export interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: "Exists" | "Equal" | undefined;
  readonly value?: string | undefined;
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute" | undefined;
  readonly tolerationSeconds?: number | undefined;
}

/** Helm values, merged last over the ones that this program computes. */
export type HelmValues = Readonly<Record<string, unknown>>;

/** Where Istio's charts come from. Set exactly one of `repository`, `oci` and `folder`, or none for the default. */
export interface ChartSource {
  /**
   * URL of a Helm repository that holds `base`, `istiod` and `gateway`.
   * @default Istio's own release repository
   */
  readonly repository?: string | undefined;
  /** OCI prefix; the charts are `<oci>/base`, `<oci>/istiod`, `<oci>/gateway`. */
  readonly oci?: string | undefined;
  /** Folder that holds `base/`, `istiod/` and `gateway/`, relative to the project. */
  readonly folder?: string | undefined;
}

/** Which Istio is installed. */
export interface IstioSpec {
  /**
   * Chart version; with `charts.folder` only used for checks, the folder decides.
   * @default "1.31.1"
   */
  readonly version?: string | undefined;
  readonly charts?: ChartSource | undefined;
  /** Image registry prefix. @default - the chart's own */
  readonly hub?: string | undefined;
  /** Image tag. @default - the chart's own */
  readonly tag?: string | undefined;
  /** Names of image pull Secrets in the namespaces concerned. @default [] */
  readonly imagePullSecrets?: readonly string[] | undefined;
}

/** The shared root and the intermediates under it. */
export interface CaSpec {
  /** @default "ECDSA-P384" */
  readonly rootAlgorithm?: CaKeyAlgorithm | undefined;
  /** Days. @default 3650 */
  readonly rootValidityDays?: number | undefined;
  /** @default "ECDSA-P256" */
  readonly intermediateAlgorithm?: CaKeyAlgorithm | undefined;
  /** Days; must not exceed the root's. @default 730 */
  readonly intermediateValidityDays?: number | undefined;
  /** Subject organisation of every CA certificate. @default "Istio" */
  readonly organization?: string | undefined;
  /** Whether Pulumi refuses to delete or replace the root's key and certificate. @default true */
  readonly protectRoot?: boolean | undefined;
}

/** Settings of istiod, per mesh or per cluster (a cluster's win). */
export interface IstiodSpec {
  /** Fixed replica count; turns the autoscaler off. @default - autoscaler, 1 to 5 */
  readonly replicas?: number | undefined;
  readonly resources?: ResourceRequirements | undefined;
  readonly tolerations?: readonly Toleration[] | undefined;
  readonly values?: HelmValues | undefined;
}

/** Settings of the east-west gateways, per mesh or per cluster (a cluster's win). */
export interface GatewaySpec {
  /** Whether the cluster has a gateway. @default - true when a cluster of another network observes this one */
  readonly enabled?: boolean | undefined;
  /** Fixed replica count; turns the autoscaler off. Exclusive with `minReplicas` and `maxReplicas`. */
  readonly replicas?: number | undefined;
  /** @default 1 */
  readonly minReplicas?: number | undefined;
  /** @default 5 */
  readonly maxReplicas?: number | undefined;
  /** `minAvailable` of the disruption budget, a count or a percentage. @default - no budget */
  readonly minAvailable?: number | string | undefined;
  /** Hosts that other networks may reach through the gateway. @default ["*.local"] */
  readonly hosts?: readonly string[] | undefined;
  /** Annotations of the LoadBalancer Service. @default {} */
  readonly serviceAnnotations?: Readonly<Record<string, string>> | undefined;
  /** CIDRs that may connect to the load balancer. @default - any */
  readonly sourceRanges?: readonly string[] | undefined;
  readonly resources?: ResourceRequirements | undefined;
  readonly tolerations?: readonly Toleration[] | undefined;
  readonly values?: HelmValues | undefined;
}

/** Settings of the base chart. */
export interface BaseSpec {
  readonly values?: HelmValues | undefined;
}

/** One Kubernetes cluster of the mesh. Every cluster is a primary: it runs its own istiod. */
export interface ClusterSpec {
  /** DNS-1123 label, unique in the mesh; the remote-secret key, Istio's cluster ID and the resource name prefix. */
  readonly name: string;
  /** Clusters with the same network reach each other's pods directly. */
  readonly network: string;
  readonly base?: BaseSpec | undefined;
  readonly istiod?: IstiodSpec | undefined;
  readonly gateway?: GatewaySpec | undefined;
  /** What to do while its API server does not answer. @default "fail" */
  readonly whenUnreachable?: WhenUnreachable | undefined;
}

/** `observer`'s istiod may read `observed`'s API and so discovers its endpoints. */
export interface LinkSpec {
  readonly observer: string;
  readonly observed: string;
}

/** The sample applications: Istio's helloworld and a curl client. */
export interface SampleAppsSpec {
  /** @default "sample" */
  readonly namespace?: string | undefined;
  /** helloworld versions per cluster name, for example `{ cluster1: ["v1"], cluster2: ["v2"] }`. */
  readonly helloworld: Readonly<Record<string, readonly string[]>>;
  /** Clusters that get the curl client. @default - all */
  readonly clients?: readonly string[] | undefined;
}

/** A whole mesh, as a user writes it. */
export interface MeshSpec {
  /** @default "mesh1" */
  readonly meshId?: string | undefined;
  /** SPIFFE trust domain. @default "cluster.local" */
  readonly trustDomain?: string | undefined;
  /** Mesh-wide mTLS mode. @default "STRICT" */
  readonly mtls?: MtlsMode | undefined;
  readonly istio?: IstioSpec | undefined;
  readonly ca?: CaSpec | undefined;
  readonly base?: BaseSpec | undefined;
  readonly istiod?: IstiodSpec | undefined;
  readonly gateway?: GatewaySpec | undefined;
  readonly clusters: readonly ClusterSpec[];
  /** Directed links. @default - full mesh: every cluster observes every other one */
  readonly links?: readonly LinkSpec[] | undefined;
  readonly sampleApps?: SampleAppsSpec | undefined;
}

/** One thing wrong with a spec: where it is, and what is wrong with how to mend it. */
export interface Problem {
  /** Property path from the spec's root, for example `clusters[1].name`. */
  readonly path: string;
  readonly message: string;
}

/** An east-west gateway with every default filled in. */
export interface GatewayPlan extends Omit<GatewaySpec, "enabled"> {
  readonly hosts: readonly string[];
}

/** A cluster with every default filled in. */
export interface ClusterPlan {
  readonly name: string;
  readonly network: string;
  readonly base: BaseSpec;
  readonly istiod: IstiodSpec;
  /** Absent where no other network has to reach the cluster. */
  readonly gateway?: GatewayPlan | undefined;
  readonly whenUnreachable: WhenUnreachable;
}

/** A link with what the planner knows of it. */
export interface LinkPlan extends LinkSpec {
  /** Whether traffic takes the observed network's gateway. */
  readonly crossNetwork: boolean;
}

/** The sample applications of one cluster. */
export interface SampleAppsPlan {
  readonly cluster: string;
  readonly namespace: string;
  readonly helloworldVersions: readonly string[];
  readonly client: boolean;
}

/** The mesh to build: no default is left open, every name refers to something that exists. */
export interface MeshPlan {
  readonly meshId: string;
  readonly trustDomain: string;
  readonly mtls: MtlsMode;
  readonly istio: Required<Pick<IstioSpec, "version" | "charts" | "imagePullSecrets">> &
    Pick<IstioSpec, "hub" | "tag">;
  readonly ca: { readonly [K in keyof CaSpec]-?: NonNullable<CaSpec[K]> };
  readonly clusters: readonly ClusterPlan[];
  readonly links: readonly LinkPlan[];
  readonly sampleApps: readonly SampleAppsPlan[];
}
