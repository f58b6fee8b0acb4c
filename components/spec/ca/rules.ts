import type { MeshSpec, Problem } from "../types";
import { planCa } from "./plan";

/** Lifetimes of the CAs fit into each other. */
export function ca(spec: MeshSpec): Problem[] {
  const settings = planCa(spec.ca);
  if (settings.issuer !== undefined) return [];
  if (settings.intermediateValidityDays <= settings.rootValidityDays) return [];
  return [
    {
      path: "ca.intermediateValidityDays",
      message: `is ${settings.intermediateValidityDays}, so intermediates would outlive the root (${settings.rootValidityDays} days); lower it or raise ca.rootValidityDays`,
    },
  ];
}
