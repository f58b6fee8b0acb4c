import { adoption } from "../adopt/rules";
import { ca } from "../ca/rules";
import { trust } from "../ca/trust";
import { cidrs } from "../clusters/cidrs";
import { formerNames, twiceNamed, withPresentKeys } from "../clusters/former-keys";
import { leaving } from "../clusters/leaving";
import { roles } from "../clusters/roles";
import { clusters } from "../clusters/rules";
import { externalControlPlanes } from "../external/rules";
import { budgetWarnings } from "../gateway/budget";
import { gatewayCharts } from "../gateway/chart-values";
import { platforms } from "../gateway/platforms";
import { gateways } from "../gateway/rules";
import { aliases } from "../imports/alias-rules";
import { exporting } from "../imports/exporter-rules";
import { importedHosts } from "../imports/host-rules";
import { importedPorts } from "../imports/port-rules";
import { imports } from "../imports/rules";
import { exportable } from "../imports/service-rules";
import { ingresses } from "../ingress/rules";
import { ambientWarnings } from "../istio/ambient";
import { nodeAgent } from "../istio/cni";
import { replacedLists } from "../istio/lists";
import { istio } from "../istio/rules";
import { values, valueWarnings } from "../istio/values";
import { versions, versionWarnings } from "../istio/versions";
import { links } from "../links/rules";
import { remoteSecrets, remoteSecretsWarnings } from "../links/secrets";
import { failover } from "../locality/rules";
import { sampleApps, sampleAppsWarnings } from "../sample-apps/rules";
import { services, stubWarnings } from "../services/rules";
import { migration } from "../spire/migration";
import { spire } from "../spire/rules";
import { trustDomains, trustDomainWarnings } from "../trust-domains/rules";
import type { MeshSpec, Problem } from "../types";
import { webhooks, webhookWarnings } from "../webhooks/rules";
import { meshNames } from "./rules";

/** Every rule for a mesh. A rule is pure, and says of each problem where it is and how to mend it. */
const RULES: readonly ((spec: MeshSpec) => Problem[])[] = [
  meshNames,
  trustDomains,
  spire,
  migration,
  istio,
  versions,
  ca,
  clusters,
  adoption,
  trust,
  cidrs,
  values,
  replacedLists,
  roles,
  externalControlPlanes,
  gateways,
  gatewayCharts,
  platforms,
  ingresses,
  webhooks,
  nodeAgent,
  links,
  remoteSecrets,
  services,
  imports,
  importedHosts,
  importedPorts,
  exporting,
  aliases,
  exportable,
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
  const present = withPresentKeys(spec);
  return [...twiceNamed(spec), ...RULES.flatMap((rule) => rule(present))];
}

/** Everything that deserves a look though it stops nothing. */
const WARNINGS: readonly ((spec: MeshSpec) => Problem[])[] = [
  versionWarnings,
  valueWarnings,
  ambientWarnings,
  budgetWarnings,
  stubWarnings,
  webhookWarnings,
  remoteSecretsWarnings,
  sampleAppsWarnings,
  trustDomainWarnings,
];

/** Finds what of a mesh works, but not for long or not everywhere; each with the way to mend it. */
export function warningsOf(spec: MeshSpec): Problem[] {
  const present = withPresentKeys(spec);
  return [...formerNames(spec), ...WARNINGS.flatMap((rule) => rule(present))];
}
