/**
 * CAs that were made elsewhere: the mesh's root key never is with Pulumi.
 * @see https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
 */
export interface ProvidedCaSpec {
  /** The root that every cluster trusts, PEM; old and new one together while one replaces the other. */
  readonly rootCertificate: string;
  /**
   * The signing CA of each primary, by cluster name. A primary without one is not built yet: the program makes its key
   * and a signing request, which is the stack output `signingRequests`.
   * @default {}
   */
  readonly intermediates?: Readonly<Record<string, ProvidedIntermediateSpec>> | undefined;
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
  /** Name of the secret that holds its private key, PEM. @default - the key of the program's signing request */
  readonly privateKeySecret?: string | undefined;
}
