import { MESH_DEFAULTS } from "../defaults";
import type { MtlsMode } from "../spec/types";

/** A mode of mutual TLS. @throws Error for a text that Istio would take for PERMISSIVE */
export function mtlsMode(mode: string = MESH_DEFAULTS.mtls): MtlsMode {
  if (mode === "STRICT" || mode === "PERMISSIVE") return mode;
  throw new Error(`mtls is "${mode}"; use STRICT or PERMISSIVE`);
}
