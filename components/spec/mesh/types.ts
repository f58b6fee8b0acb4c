import type { LinkSpec } from "../../topology/links";
import type { CaPlan, CaSpec, WorkloadCertificatesSpec } from "../ca/types";
import type { ClusterPlan, ClusterSpec } from "../clusters/types";
import type { GatewaySpec } from "../gateway/types";
import type {
  ExporterSpec,
  OfferPlan,
  ServiceExportPlan,
  ServiceImportPlan,
  ServiceImportSpec,
} from "../imports/types";
import type { BaseSpec, IstioSpec, IstiodSpec } from "../istio/types";
import type { LinkPlan, RemoteSecretsPlan, RemoteSecretsSpec } from "../links/types";
import type { SampleAppsPlan, SampleAppsSpec } from "../sample-apps/types";
import type { ServiceSpec, ServiceStubsPlan } from "../services/types";
import type { IdentityPlan, IdentitySpec, SpirePlan } from "../spire/types";

/** Whether sidecars accept plain text (`PERMISSIVE`) or mutual TLS only (`STRICT`). */
export type MtlsMode = "STRICT" | "PERMISSIVE";

/** A whole mesh, as a user writes it. */
export interface MeshSpec {
  /** Name of the mesh, by which Istio tells it from others. @default "mesh1" */
  readonly meshId?: string | undefined;
  /** SPIFFE trust domain of every cluster that names none of its own. @default "cluster.local" */
  readonly trustDomain?: string | undefined;
  /**
   * Whether sidecars of the whole mesh accept mutual TLS only (`STRICT`), so that no client without a sidecar reaches them,
   * or plain text as well (`PERMISSIVE`).
   * @default "STRICT"
   * @see https://istio.io/latest/docs/concepts/security/#peer-authentication
   */
  readonly mtls?: MtlsMode | undefined;
  readonly istio?: IstioSpec | undefined;
  readonly ca?: CaSpec | undefined;
  readonly workloadCertificates?: WorkloadCertificatesSpec | undefined;
  readonly identity?: IdentitySpec | undefined;
  readonly base?: BaseSpec | undefined;
  readonly istiod?: IstiodSpec | undefined;
  readonly gateway?: GatewaySpec | undefined;
  /** The clusters of the mesh, in any order. */
  readonly clusters: readonly ClusterSpec[];
  /**
   * Whose clients call whose services, one by one: a pair that is not linked does not. Joined with what `hubs` and `groups`
   * ask for, which are links of kind `discovery`.
   * @default - none; if `hubs` and `groups` are absent too, a full mesh: every primary observes every other cluster
   */
  readonly links?: readonly LinkSpec[] | undefined;
  /** Clusters that observe every other one and are observed by every other primary: hub and spoke. @default - none */
  readonly hubs?: readonly string[] | undefined;
  /** Lists of clusters that observe each other; a cluster may be in several. @default - none */
  readonly groups?: readonly (readonly string[])[] | undefined;
  /**
   * Services that clients of other clusters call. If set, gateways lead to these alone, unless `gateway.hosts` says more.
   * @default - any, each with its namespace and Service made where it is called, and gateways that lead to "*.local"
   */
  readonly services?: readonly ServiceSpec[] | undefined;
  /** What clusters import over links of kind `import`: services of other clusters, without a credential. @default [] */
  readonly imports?: readonly ServiceImportSpec[] | undefined;
  /** Clusters of other stacks or teams from which services are imported. @default [] */
  readonly exporters?: readonly ExporterSpec[] | undefined;
  /**
   * Whether a Service that does not run in a cluster gets a stub there, by which its clients resolve the name. Needed
   * while any client runs whose proxy does not answer DNS queries: after `dnsCapture` was turned on, every pod that was
   * started before.
   * @default - true, with `dnsCapture` false
   */
  readonly serviceStubs?: boolean | undefined;
  /**
   * Whether the namespaces of stubs are made too; one that exists would be taken over. They stay when no stub needs
   * them any more.
   * @default false
   */
  readonly stubNamespaces?: boolean | undefined;
  /**
   * Whether proxies answer their pods' DNS queries, for which no stubs are needed. Holds for pods started afterwards.
   * @default false
   * @see https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/
   */
  readonly dnsCapture?: boolean | undefined;
  /**
   * Hosts that clients reach in their own cluster only, such as `*.monitoring.svc.cluster.local`.
   * @default [] - those that Istio itself treats so, as `*.kube-system.svc.cluster.local`
   * @see https://istio.io/latest/docs/ops/configuration/traffic-management/multicluster/#keeping-traffic-in-cluster
   */
  readonly clusterLocal?: readonly string[] | undefined;
  readonly remoteSecrets?: RemoteSecretsSpec | undefined;
  /** A change of this number replaces the token of every cluster's reader. Any whole number from 1. @default 1 */
  readonly readerTokenEpoch?: number | undefined;
  /**
   * Whether readers may read Istio's objects, for `istioctl analyze`: it reads every cluster of which its own one has a
   * remote secret, and waits for ever for what it may not read.
   * @default true
   */
  readonly istioctlAnalyze?: boolean | undefined;
  readonly sampleApps?: SampleAppsSpec | undefined;
}

/** The mesh to build: no default is left open, every name refers to something that exists. */
export interface MeshPlan {
  readonly meshId: string;
  /** Of clusters that name none; each cluster's plan has its own. */
  readonly trustDomain: string;
  readonly mtls: MtlsMode;
  readonly ca: CaPlan;
  readonly workloadCertificates: WorkloadCertificatesSpec;
  readonly identity: IdentityPlan;
  /** Absent where each cluster's istiod issues the certificates of workloads. */
  readonly spire?: SpirePlan | undefined;
  readonly clusters: readonly ClusterPlan[];
  /** The links that are credentials: pairs that import alone are in `imports`. */
  readonly links: readonly LinkPlan[];
  /** In which Secrets these are. */
  readonly remoteSecrets: RemoteSecretsPlan;
  /** What each cluster imports, per host. */
  readonly imports: readonly ServiceImportPlan[];
  /** What gateways lead to because others import it. */
  readonly exports: readonly ServiceExportPlan[];
  /** What meshes of other stacks may import. */
  readonly offers: readonly OfferPlan[];
  readonly clusterLocal: readonly string[];
  readonly dnsCapture: boolean;
  /** Whether the spec names services, of which stubs come and go. */
  readonly namesServices: boolean;
  readonly serviceStubs: readonly ServiceStubsPlan[];
  readonly sampleApps: readonly SampleAppsPlan[];
}
