/** Key algorithms that both istiod and `@pulumi/tls` support for CA keys. */
export type CaKeyAlgorithm = "ECDSA-P256" | "ECDSA-P384" | "RSA-4096";

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
  /** Other roots, PEM, that every cluster under the mesh's root accepts as well. @default [] */
  readonly trustBundle?: readonly string[] | undefined;
}
