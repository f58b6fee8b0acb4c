import { adoption } from "./rules/adopt";
import { ca } from "./rules/ca";
import { cidrs } from "./rules/cidrs";
import { clusters } from "./rules/clusters";
import { externalControlPlanes } from "./rules/external";
import { failover } from "./rules/failover";
import { gateways } from "./rules/gateways";
import { issuer } from "./rules/issuer";
import { istio } from "./rules/istio";
import { leaving } from "./rules/leaving";
import { links } from "./rules/links";
import { meshNames } from "./rules/names";
import { platforms } from "./rules/platforms";
import { roles } from "./rules/roles";
import { root } from "./rules/root";
import { sampleApps } from "./rules/sample-apps";
import { services } from "./rules/services";
import { trust } from "./rules/trust";
import { values, valueWarnings } from "./rules/values";
import { versions, versionWarnings } from "./rules/versions";
import type { MeshSpec, Problem } from "./types";

/** Every rule for a mesh. A rule is pure, and says of each problem where it is and how to mend it. */
const RULES: readonly ((spec: MeshSpec) => Problem[])[] = [
  meshNames,
  istio,
  versions,
  ca,
  root,
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
