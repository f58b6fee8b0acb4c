import { definedOnly } from "../settings";
import { positionOf } from "../../pki/phases";
import type { CaIssuerSpec, CaPlan, CaSpec } from "../types";

/** CA settings of a mesh that says nothing else. */
export const CA_DEFAULTS = {
  rootAlgorithm: "ECDSA-P384",
  rootValidityDays: 3650,
  intermediateAlgorithm: "ECDSA-P256",
  intermediateValidityDays: 730,
  organization: "Istio",
  protectRoot: true,
  trustBundle: [],
  expiryWarningDays: 30,
} as const satisfies CaSpec;

/** Settings of an issuer that says nothing else. */
export const ISSUER_DEFAULTS = {
  kind: "ClusterIssuer",
  group: "cert-manager.io",
} as const satisfies Partial<CaIssuerSpec>;

/** CA settings with every default filled in. */
export function planCa({ root, intermediateEpoch: _, issuer, ...ca }: CaSpec = {}): CaPlan {
  return {
    ...CA_DEFAULTS,
    ...definedOnly(ca),
    root: positionOf(root),
    ...(issuer ? { issuer: { ...ISSUER_DEFAULTS, ...definedOnly(issuer) } } : {}),
  };
}
