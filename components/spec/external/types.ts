import type { GatewaySpec } from "../gateway/types";

/**
 * The public name of an external istiod, under a certificate that the system's roots verify. Both ports, 15012 for
 * proxies and 15017 for webhooks, have to be reached under it: point its DNS record at the host's load balancer.
 *
 * Of the certificate set either `certificateSecret`, or `certificate` and `privateKeyConfig`.
 */
export interface PublicEndpointSpec {
  /** DNS name; IP addresses have no certificates that public roots verify. */
  readonly hostName: string;
  /** Name of a Secret of type `kubernetes.io/tls` that you keep in `istio-system` of the host, as cert-manager does. */
  readonly certificateSecret?: string | undefined;
  /** The certificate with the intermediates above it, PEM. */
  readonly certificate?: string | undefined;
  /** Name of the secret config value that holds the certificate's private key, PEM. */
  readonly privateKeyConfig?: string | undefined;
}

/**
 * Runs a cluster's istiod in another cluster. The cluster itself becomes what Istio calls the config cluster: istiod
 * takes its configuration from there, and is known by its name.
 *
 * @see https://istio.io/latest/docs/setup/install/external-controlplane/
 */
export interface ExternalControlPlaneSpec {
  /**
   * Cluster of the list that runs the istiod, and nothing else of the mesh. Its `platform` and what its `gateway` says
   * of the load balancer (`addressType`, `serviceAnnotations`, `sourceRanges`, `internal`, `idleTimeoutSeconds`,
   * `addressPool`) hold for the one in front of istiod.
   */
  readonly host: string;
  /**
   * A public name and certificate for istiod.
   * @default - istiod's own certificate under the mesh's root, reached by its in-cluster name, which needs no DNS record
   */
  readonly publicEndpoint?: PublicEndpointSpec | undefined;
}

/** An external control plane with every default filled in. */
export interface ExternalControlPlanePlan extends ExternalControlPlaneSpec {
  readonly addressType: NonNullable<GatewaySpec["addressType"]>;
  readonly serviceAnnotations: NonNullable<GatewaySpec["serviceAnnotations"]>;
  readonly sourceRanges: NonNullable<GatewaySpec["sourceRanges"]>;
}
