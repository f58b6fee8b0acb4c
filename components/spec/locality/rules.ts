import type { LocalityFailoverSpec, MeshSpec, Problem } from "../types";
import { OUTLIER_DEFAULTS, waysSet } from "./priority";

/** The failover of the sample applications can take place. */
export function failover(spec: MeshSpec): Problem[] {
  const settings = spec.sampleApps?.failover;
  return settings === undefined ? [] : failoverProblems(settings, "sampleApps.failover");
}

/** What keeps settings from meaning what they say. Most of it istiod's webhook would refuse as well, but only at `up`. */
export function failoverProblems(settings: LocalityFailoverSpec, path: string): Problem[] {
  return [
    ...ways(settings, path),
    ...regions(settings, path),
    ...distribution(settings, path),
    ...detection(settings, path),
  ];
}

function ways(settings: LocalityFailoverSpec, path: string): Problem[] {
  const set = waysSet(settings);
  const empty = set
    .filter((way) => settings[way]?.length === 0)
    .map((way) => ({ path: `${path}.${way}`, message: "is empty; list something, or leave it out" }));
  if (set.length < 2) return empty;
  const why = set.includes("distribute")
    ? "with distribute Istio never fails over"
    : "Istio's API takes one of them";
  return [...empty, { path, message: `sets ${set.join(" and ")}: ${why}; keep one of them` }];
}

function regions({ failover: list = [] }: LocalityFailoverSpec, path: string): Problem[] {
  return list.flatMap(({ from, to }, index) => {
    const where = `${path}.failover[${index}]`;
    const notRegions = [from, to].filter((region) => /[/*]/.test(region) || region === "");
    if (notRegions.length > 0) {
      return [{ path: where, message: `"${notRegions[0]}" is not a region; leave zones and "*" out` }];
    }
    return from === to ? [{ path: where, message: `leads from ${from} to itself; name another region` }] : [];
  });
}

function distribution({ distribute = [] }: LocalityFailoverSpec, path: string): Problem[] {
  return distribute.flatMap(({ to }, index) => {
    const weights = Object.values(to);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (sum === 100 && weights.every((weight) => Number.isInteger(weight) && weight > 0)) return [];
    return [
      {
        path: `${path}.distribute[${index}].to`,
        message: `has the weights ${weights.join(", ") || "none"}; give whole percentages above 0, 100 in all`,
      },
    ];
  });
}

function detection({ outlierDetection }: LocalityFailoverSpec, path: string): Problem[] {
  const { consecutiveGatewayErrors, consecutive5xxErrors } = OUTLIER_DEFAULTS;
  const counts = [
    outlierDetection?.consecutiveGatewayErrors ?? consecutiveGatewayErrors,
    outlierDetection?.consecutive5xxErrors ?? consecutive5xxErrors,
  ];
  if (counts.some((count) => count > 0)) return [];
  return [
    {
      path: `${path}.outlierDetection`,
      message: "counts no errors, so no endpoint is ever left out; let one of the two counts be above 0",
    },
  ];
}
