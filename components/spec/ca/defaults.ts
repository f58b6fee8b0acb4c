import type { CaSpec } from "./types";

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
