/**
 * CAs that were made elsewhere: the mesh's root key never is with Pulumi.
 * @see https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
 */
export interface ProvidedCaSpec {
  /** The root that every cluster trusts, PEM; old and new one together while one replaces the other. */
  readonly rootCertificate: string;
  /** The signing CA of each primary, by cluster name. */
  readonly intermediates: Readonly<Record<string, ProvidedIntermediateSpec>>;
  /**
   * Clusters for whose CA the program makes the key, each with the number of its latest request, 1 at first; the stack's
   * output `signingRequests` has the requests, for your PKI to sign. Raised by one, it makes another key and request;
   * the key before stays until the next one. A cluster that is yet to join may be named here.
   * @default - none
   */
  readonly signingRequests?: Readonly<Record<string, number>> | undefined;
  /**
   * Revocation lists, PEM: one of the root and one of every other CA in the mesh, or proxies accept no certificate.
   * @default - none
   * @see https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
   */
  readonly crl?: string | undefined;
}

/** The CA with which one cluster's istiod signs workload certificates. */
export interface ProvidedIntermediateSpec {
  /** Its certificate, PEM. */
  readonly certificate: string;
  /** Certificates between it and the root, the lower ones first, PEM. @default - the root has signed it */
  readonly chain?: string | undefined;
  /** Name of the secret config value with its private key, PEM. @default - the key of one of `signingRequests` */
  readonly privateKeySecret?: string | undefined;
}
