/** What holds where nobody says otherwise, and the versions and addresses of what is installed. */

/** Istio's newest release that this program was written for. */
export const DEFAULT_ISTIO_VERSION = "1.31.1";

/** Istio's Helm repository, the default source of its charts. @see https://istio.io/latest/docs/setup/install/helm/ */
export const ISTIO_HELM_REPOSITORY = "https://istio-release.storage.googleapis.com/charts";

/** Images of the sample applications, within their registry. @see https://github.com/istio/istio/tree/master/samples/helloworld */
export const SAMPLE_IMAGES = {
  helloworld: (version: string) => `istio/examples-helloworld-${version}:1.0`,
  bookinfo: (workload: string) => `istio/examples-bookinfo-${workload}:1.20.3`,
  curl: "curlimages/curl:8.16.0",
} as const;

/** Registry of these images. */
export const SAMPLE_REGISTRY = "docker.io";

/** A mesh that says nothing of itself. */
export const MESH_DEFAULTS = { meshId: "mesh1", trustDomain: "cluster.local", mtls: "STRICT" } as const;

/** Replicas between which a gateway's autoscaler chooses. */
export const GATEWAY_REPLICAS = { min: 1, max: 5 } as const;

/** Namespace of the sample applications. */
export const SAMPLE_NAMESPACE = "sample";
