import type { RootPosition } from "../../pki/phases";
import type { CaIssuerPlan, CaIssuerSpec } from "../issuer/types";
import type { ProvidedCaSpec } from "../provided-ca/types";
import type { RootSpec } from "../root/types";

/** Key algorithms that both istiod and `@pulumi/tls` support for CA keys. */
export type CaKeyAlgorithm = "ECDSA-P256" | "ECDSA-P384" | "RSA-4096";

/** The shared root and the intermediates under it. */
export interface CaSpec {
  /** Key algorithm of the root; like `rootValidityDays` and the roots' `organization` for roots yet to be made: one that exists keeps its own. @default "ECDSA-P384" */
  readonly rootAlgorithm?: CaKeyAlgorithm | undefined;
  /** Lifetime of the root in days. @default 3650 */
  readonly rootValidityDays?: number | undefined;
  /** Key algorithm of the clusters' intermediates. @default "ECDSA-P256" */
  readonly intermediateAlgorithm?: CaKeyAlgorithm | undefined;
  /** Lifetime of the clusters' intermediates in days; must not exceed the root's. @default 730 */
  readonly intermediateValidityDays?: number | undefined;
  /** Subject organisation of every CA certificate. @default "Istio" */
  readonly organization?: string | undefined;
  /** Whether Pulumi refuses to delete or replace the root's key and certificate. @default true */
  readonly protectRoot?: boolean | undefined;
  /** Other roots, PEM, that every cluster under the mesh's root accepts as well. @default [] */
  readonly trustBundle?: readonly string[] | undefined;
  /** Raised by one, it gives every cluster a new intermediate with a new key; the root stays. @default 1 */
  readonly intermediateEpoch?: number | undefined;
  /** Days before its expiry from which a preview warns of a certificate. @default 30 */
  readonly expiryWarningDays?: number | undefined;
  readonly root?: RootSpec | undefined;
  /** CAs that were made elsewhere. @default - the program makes root and intermediates */
  readonly provided?: ProvidedCaSpec | undefined;
  /** Who signs the clusters' CAs. @default - a root that is made for the mesh */
  readonly issuer?: CaIssuerSpec | undefined;
}

/** CA settings with every default filled in. */
export type CaPlan = {
  readonly [K in keyof Omit<CaSpec, "root" | "intermediateEpoch" | "issuer" | "provided">]-?: NonNullable<
    CaSpec[K]
  >;
} & Pick<CaSpec, "provided"> & {
    readonly root: RootPosition;
    readonly issuer?: CaIssuerPlan | undefined;
  };

/** The certificates of proxies. */
export interface WorkloadCertificatesSpec {
  /**
   * Lifetime in minutes, 2 to 129600 (90 days). A proxy renews its certificate after half of it; pods that run already
   * keep the lifetime that they were injected with.
   * @default - Istio's, 24 hours
   * @see https://istio.io/latest/docs/reference/commands/pilot-agent/ SECRET_TTL
   */
  readonly ttlMinutes?: number | undefined;
}
