/** The one place for the versions and addresses of what is installed into clusters. */

/** Istio's newest release that this program was written for. */
export const DEFAULT_ISTIO_VERSION = "1.31.1";

/** Istio's Helm repository, the default source of its charts. @see https://istio.io/latest/docs/setup/install/helm/ */
export const ISTIO_HELM_REPOSITORY = "https://istio-release.storage.googleapis.com/charts";

/** Images of the sample applications. @see https://github.com/istio/istio/tree/master/samples/helloworld */
export const SAMPLE_IMAGES = {
  helloworld: (version: string) => `docker.io/istio/examples-helloworld-${version}:1.0`,
  curl: "docker.io/curlimages/curl:8.16.0",
} as const;
