import { signingClusters } from "../../../components/spec/adopt/adopted";
import { type CaSourceName, sourceOf } from "../../../components/spec/ca/sources";
import type { MeshPlan } from "../../../components/spec/types";
import type { Site } from "../providers";
import type { Scope } from "../scope";
import { watchExpiries } from "./expiry";
import { generatedTrust } from "./generated";
import { issuedTrust } from "./issuer";
import type { CaKeys } from "./keys";
import { providedTrust } from "./provided";
import type { Trust, TrustInput } from "./trust";

export type { AskClusters } from "./gates";
export type { CaKeys } from "./keys";
export type { ClusterTrust, Trust } from "./trust";

/** How each source makes or finds the CAs of a mesh. */
const TRUSTS: Readonly<Record<CaSourceName, (input: TrustInput) => Trust>> = {
  provided: providedTrust,
  issuer: issuedTrust,
  generated: generatedTrust,
};

/** The CAs of a mesh, from the one source that its config names; nothing of them has expired. */
export function trustOf(
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  scope: Scope,
  keys: CaKeys = new Map(),
  { ask, alsoTrusted }: Pick<TrustInput, "ask" | "alsoTrusted"> = {},
): Trust {
  const signing = signingClusters(plan.clusters);
  const trust = TRUSTS[sourceOf(plan.ca)]({ plan, signing, sites, scope, keys, ask, alsoTrusted });
  watchExpiries(trust.endings ?? [], plan.ca.expiryWarningDays);
  return trust;
}
