import { adoption } from "../adopt/rules";
import { ca } from "../ca/rules";
import { cidrs } from "../clusters/cidrs";
import { clusters } from "../clusters/rules";
import { externalControlPlanes } from "../external/rules";
import { failover } from "../locality/rules";
import { gateways } from "../gateway/rules";
import { issuer } from "../issuer/rules";
import { istio } from "../istio/rules";
import { leaving } from "../clusters/leaving";
import { links } from "../links/rules";
import { meshNames } from "./rules";
import { platforms } from "../gateway/platforms";
import { providedCa } from "../provided-ca/rules";
import { roles } from "../clusters/roles";
import { root } from "../root/rules";
import { sampleApps } from "../sample-apps/rules";
import { services } from "../services/rules";
import { trust } from "../ca/trust";
import { values, valueWarnings } from "../istio/values";
import { versions, versionWarnings } from "../istio/versions";
import type { MeshSpec, Problem } from "../types";

/** Every rule for a mesh. A rule is pure, and says of each problem where it is and how to mend it. */
const RULES: readonly ((spec: MeshSpec) => Problem[])[] = [
  meshNames,
  istio,
  versions,
  ca,
  root,
  providedCa,
  issuer,
  clusters,
  adoption,
  trust,
  cidrs,
  values,
  roles,
  externalControlPlanes,
  gateways,
  platforms,
  links,
  services,
  leaving,
  sampleApps,
  failover,
];

/**
 * Finds every problem of a mesh. An empty list means that {@link planMesh} succeeds.
 *
 * @see https://istio.io/latest/docs/ops/deployment/deployment-models/
 */
export function validateMesh(spec: MeshSpec): Problem[] {
  return RULES.flatMap((rule) => rule(spec));
}

/** Everything that deserves a look though it stops nothing. */
const WARNINGS: readonly ((spec: MeshSpec) => Problem[])[] = [versionWarnings, valueWarnings];

/** Finds what of a mesh works, but not for long or not everywhere; each with the way to mend it. */
export function warningsOf(spec: MeshSpec): Problem[] {
  return WARNINGS.flatMap((rule) => rule(spec));
}
