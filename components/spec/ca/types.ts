import type { RootPosition } from "../../pki/phases";
import type { GeneratedCaSpec } from "../generated-ca/types";
import type { CaKeyAlgorithm } from "./algorithm";
import type { CaIssuerPlan, CaIssuerSpec } from "../issuer/types";
import type { ProvidedCaSpec } from "../provided-ca/types";

/** The shared root and the intermediates under it. */
export interface CaSpec extends GeneratedCaSpec {
  /** Key algorithm of the clusters' intermediates. @default "ECDSA-P256" */
  readonly intermediateAlgorithm?: CaKeyAlgorithm | undefined;
  /** Lifetime of the clusters' intermediates in days; must not exceed the root's. @default 730 */
  readonly intermediateValidityDays?: number | undefined;
  /** Subject organisation of every CA certificate. @default "Istio" */
  readonly organization?: string | undefined;
  /** Other roots, PEM, that every cluster under the mesh's root accepts as well. @default [] */
  readonly trustBundle?: readonly string[] | undefined;
  /** Days before its expiry from which a preview warns of a certificate. @default 30 */
  readonly expiryWarningDays?: number | undefined;
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
