import type { HelmValues, ResourceRequirements, Toleration } from "../kubernetes";

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

/** Which Istio is installed, per mesh or per cluster (a cluster's settings win; of `charts` the whole source). */
export interface IstioSpec {
  /**
   * Chart version; with `charts.folder` only used for checks, the folder decides. Within a mesh minor versions differ
   * by one at most.
   * @default "1.31.1"
   */
  readonly version?: string | undefined;
  readonly charts?: ChartSource | undefined;
  /** Image registry prefix. @default - the chart's own */
  readonly hub?: string | undefined;
  /** Image tag. @default - the chart's own */
  readonly tag?: string | undefined;
  /**
   * Names of image pull Secrets that are in istio-system, or that others put there while it is waited for; where SPIRE is
   * installed also in its namespace.
   * @default []
   */
  readonly imagePullSecrets?: readonly string[] | undefined;
  /**
   * Image pull Secrets to make in istio-system, and for SPIRE in its namespace, before anything there needs one: by name,
   * the name of the secret config value that holds the registries' credentials as `docker login` writes them
   * (`.dockerconfigjson`). Other namespaces of injected pods need Secrets of their own.
   * @default {}
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
   */
  readonly imagePullCredentials?: Readonly<Record<string, string>> | undefined;
}

/** Which Istio is installed in a cluster, with every default filled in. */
export type IstioPlan = Required<
  Pick<IstioSpec, "version" | "charts" | "imagePullSecrets" | "imagePullCredentials">
> &
  Pick<IstioSpec, "hub" | "tag">;

/** Settings of the base chart. */
export interface BaseSpec {
  /** Helm values of the chart, over those that this program computes. @default {} */
  readonly values?: HelmValues | undefined;
}

/** Settings of istiod, per mesh or per cluster (a cluster's win). */
export interface IstiodSpec {
  /** Fixed replica count; turns the autoscaler off. @default - autoscaler, 1 to 5 */
  readonly replicas?: number | undefined;
  /** Resources of its container. @default - the chart's */
  readonly resources?: ResourceRequirements | undefined;
  /** Taints that its pods tolerate. @default [] */
  readonly tolerations?: readonly Toleration[] | undefined;
  /**
   * Whether istiod reads the Secrets of the clusters that it observes, which only gateways of its remotes with
   * TLS credentials of their own need. Refused as false up to Istio 1.31.0, whose istiod crashes without.
   * @default true
   */
  readonly remoteCredentials?: boolean | undefined;
  /**
   * Helm values of the istiod chart, over those that this program computes; a cluster's are merged over the mesh's.
   * One that contradicts the config, such as another network, is refused.
   * @default {}
   */
  readonly values?: HelmValues | undefined;
}
