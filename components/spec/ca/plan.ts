import { positionOf } from "../../pki/phases";
import { ISSUER_DEFAULTS } from "../issuer/defaults";
import { definedOnly } from "../settings";
import { CA_DEFAULTS } from "./defaults";
import type { CaPlan, CaSpec } from "./types";

/** CA settings with every default filled in. */
export function planCa({ root, intermediateEpoch: _, issuer, ...ca }: CaSpec = {}): CaPlan {
  return {
    ...CA_DEFAULTS,
    ...definedOnly(ca),
    root: positionOf(root),
    ...(issuer ? { issuer: { ...ISSUER_DEFAULTS, ...definedOnly(issuer) } } : {}),
  };
}
