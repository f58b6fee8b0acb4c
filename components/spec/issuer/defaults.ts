import type { CaIssuerSpec } from "./types";

/** Settings of an issuer that says nothing else. */
export const ISSUER_DEFAULTS = {
  kind: "ClusterIssuer",
  group: "cert-manager.io",
} as const satisfies Partial<CaIssuerSpec>;
