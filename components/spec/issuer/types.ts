/**
 * A cert-manager issuer that signs the clusters' CAs, in place of a root of this program's own: one with a CA, Vault, a
 * cloud's private CA and so on. It has to sign certificates with `isCA` and to hand out its root as `ca.crt`.
 *
 * @see https://cert-manager.io/docs/configuration/issuers/
 */
export interface CaIssuerSpec {
  /** Its name, the same in every cluster that has one. */
  readonly name: string;
  /** `Issuer`, `ClusterIssuer` or the kind of an issuer of another API group. @default "ClusterIssuer" */
  readonly kind?: string | undefined;
  /** API group of the issuer. @default "cert-manager.io" */
  readonly group?: string | undefined;
  /**
   * The one cluster whose issuer signs for all; its program's `up` copies each CA to the cluster that it is for.
   * @default - every primary has an issuer of that name, which renews its CA without `up`; no CA key comes near Pulumi
   */
  readonly cluster?: string | undefined;
  /**
   * Existing namespace of `cluster` for the Certificates and their Secrets. An `Issuer` serves its own namespace only.
   * @default "istio-multicluster-ca", made for them
   */
  readonly namespace?: string | undefined;
  /**
   * Days before its expiry at which a CA is renewed, with a new key. At least the lifetime of the certificates that it
   * signs, a day by default, since these cannot outlive it; less than `ca.intermediateValidityDays`.
   * @default - a third of its lifetime
   */
  readonly renewBeforeDays?: number | undefined;
}

/** An issuer with every default filled in. */
export interface CaIssuerPlan {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  /** Absent where each primary has an issuer. */
  readonly cluster?: string | undefined;
  /** Existing namespace for Certificates in `cluster`; absent for one that is made. */
  readonly namespace?: string | undefined;
  readonly renewBeforeDays?: number | undefined;
}
