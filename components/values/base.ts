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

/** Values of the base chart. */
export function baseValues(base: BaseSpec): HelmValues {
  return mergeValues({ ...STABLE_WEBHOOK_VALUES, ...OWN_READER_VALUES }, base.values ?? {});
}
