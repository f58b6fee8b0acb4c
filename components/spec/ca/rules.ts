import type { CaPlan, MeshSpec, Problem } from "../types";
import { planCa } from "./plan";

/** Lifetimes of the CAs fit into each other. */
export function ca(spec: MeshSpec): Problem[] {
  const settings = planCa(spec.ca);
  if (settings.issuer !== undefined || settings.provided !== undefined) return withoutEffect(spec);
  return [
    ...lifetime("ca.intermediateValidityDays", settings.intermediateValidityDays, settings),
    ...spec.clusters.flatMap(({ caValidityDays = 0 }, index) =>
      lifetime(`clusters[${index}].caValidityDays`, caValidityDays, settings),
    ),
  ];
}

function withoutEffect({ clusters }: MeshSpec): Problem[] {
  const message = "has no effect: others sign the CAs; remove it";
  return clusters.flatMap(({ caValidityDays }, index) =>
    caValidityDays === undefined ? [] : [{ path: `clusters[${index}].caValidityDays`, message }],
  );
}

function lifetime(path: string, days: number, { rootValidityDays }: CaPlan): Problem[] {
  if (days <= rootValidityDays) return [];
  return [
    {
      path,
      message: `is ${days}, so intermediates would outlive the root (${rootValidityDays} days); lower it or raise ca.rootValidityDays`,
    },
  ];
}
