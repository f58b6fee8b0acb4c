import { signingClusters } from "../../../components/spec/adopt/adopted";
import type { MeshPlan } from "../../../components/spec/types";
import { named, type Site } from "../providers";
import type { Scope } from "../scope";
import { generatedTrust } from "./generated";
import { issuedTrust } from "./issuer";
import type { CaKeys } from "./keys";
import { providedTrust } from "./provided";
import type { Trust } from "./trust";

export type { CaKeys } from "./keys";
export type { ClusterTrust, Trust } from "./trust";

/** The CAs of a mesh, from the one source that its config names: a PKI elsewhere, cert-manager, or roots made here. */
export function trustOf(
  plan: MeshPlan,
  sites: ReadonlyMap<string, Site>,
  scope: Scope,
  keys: CaKeys = new Map(),
): Trust {
  const signing = signingClusters(plan.clusters);
  const { issuer, provided } = plan.ca;
  if (provided !== undefined) return providedTrust(plan, provided, signing, scope, keys);
  if (issuer !== undefined) {
    return issuedTrust(plan, issuer, signing, scope, (cluster) => named(sites, cluster).provider);
  }
  return generatedTrust(plan, signing, scope);
}
