import { mergeValues } from "../spec/settings";
import type { BaseSpec, HelmValues } from "../spec/types";

/**
 * Istio's base chart leaves the webhook's failurePolicy to istiod, which then edits it; a value of ours
 * keeps refreshes free of drift and updates free of server-side-apply conflicts.
 * @see https://github.com/pulumi/pulumi-kubernetes/issues/2210
 */
export const STABLE_WEBHOOK_VALUES = { base: { validationFailurePolicy: "Fail" } } as const;

/** Without Istio's own reader, whose role may read every Secret and which nobody uses here. Known to charts since 1.30. */
const OWN_READER_VALUES = { global: { enableReaderRBAC: false } } as const;

/** Istio's CRDs, those of its next versions as far as they are known: the chart takes a name that it does not have. */
export const ISTIO_CRDS = [
  ...["trafficextensions", "wasmplugins"].map((kind) => `${kind}.extensions.istio.io`),
  ...[
    ...["destinationrules", "envoyfilters", "gateways", "proxyconfigs", "serviceentries", "sidecars"],
    ...["virtualservices", "workloadentries", "workloadgroups"],
  ].map((kind) => `${kind}.networking.istio.io`),
  ...["authorizationpolicies", "peerauthentications", "requestauthentications"].map(
    (kind) => `${kind}.security.istio.io`,
  ),
  "telemetries.telemetry.istio.io",
];

/**
 * Values of the base chart.
 *
 * @param adoptCrds - whether the CRDs are somebody else's. Each is named: without `enableCRDTemplates` the chart still
 * has them, as they are in its files, and without all cluster-wide objects it would have no validation webhook.
 */
export function baseValues(base: BaseSpec, adoptCrds = false): HelmValues {
  const values = adoptCrds
    ? mergeValues(STABLE_WEBHOOK_VALUES, { base: { excludedCRDs: ISTIO_CRDS } })
    : STABLE_WEBHOOK_VALUES;
  return mergeValues({ ...values, ...OWN_READER_VALUES }, base.values ?? {});
}
