import * as pulumi from "@pulumi/pulumi";
import { OBSERVER_SECRET, remoteSecretName } from "../../components/names";
import { credentialSecret, isShareable } from "../../components/spec/links/secrets";
import type { ClusterPlan, LinkPlan, MeshPlan } from "../../components/spec/types";
import { istiodOf } from "../../components/topology/links";
import type { LiveCluster } from "./live";

/**
 * Refuses an update that would take a cluster out of a Secret from which a live istiod has it: istiod would drop it, and
 * never look at the other Secret, which it has passed over.
 */
export function refuseLostSecrets(
  cluster: ClusterPlan,
  { remoteSecrets }: LiveCluster,
  plan: MeshPlan,
): void {
  if (remoteSecrets === undefined) return;
  for (const link of plan.links.filter(({ observer }) => istiodOf(plan, observer) === cluster.name)) {
    const moves = isShareable(link, plan);
    const lost = sourcesOf(link, remoteSecrets).filter((name) => name !== credentialSecret(link, plan));
    if (lost.length === 0 || (moves && plan.remoteSecrets.migrating)) continue;
    const { per } = plan.remoteSecrets;
    const mend = moves
      ? `run pulumi up once with remoteSecrets: { per: ${per}, migrating: true }, then without migrating`
      : "go over to remoteSecrets: { per: link } first";
    throw new pulumi.RunError(
      `the istiod of ${cluster.name} may have ${link.observed} from Secret ${lost.join(", ")}, where it would not be any more, ` +
        `and would drop it; ${mend} (docs/remote-secrets.md)`,
    );
  }
}

/** The live Secrets of this program's making in which an observed cluster may be. */
function sourcesOf({ observed }: LinkPlan, live: Readonly<Record<string, readonly string[]>>): string[] {
  const own = remoteSecretName(observed);
  return [
    ...(own in live ? [own] : []),
    ...(live[OBSERVER_SECRET]?.includes(observed) ? [OBSERVER_SECRET] : []),
  ];
}
