import { SAMPLE_NAMESPACE } from "../../defaults";
import { isPrimary, servedBy } from "../../topology/links";
import type { ClusterSpec, SampleAppsPlan, SampleAppsSpec } from "../types";

/** What each cluster gets of the sample applications. */
export function planSampleApps(apps: SampleAppsSpec, clusters: readonly ClusterSpec[]): SampleAppsPlan[] {
  const plans = clusters.map((cluster) => ({
    cluster: cluster.name,
    namespace: apps.namespace ?? SAMPLE_NAMESPACE,
    helloworldVersions: apps.helloworld[cluster.name] ?? [],
    client: apps.clients?.includes(cluster.name) ?? true,
    ...(apps.bookinfo?.[cluster.name] === undefined ? {} : { bookinfo: apps.bookinfo[cluster.name] ?? [] }),
    ...(apps.registry === undefined ? {} : { registry: apps.registry }),
  }));
  const users = plans.filter((plan) => plan.helloworldVersions.length > 0 || plan.client || plan.bookinfo);
  const primaries = clusters.filter(isPrimary).map(({ name }) => name);
  // A primary without sample applications still has to tell the proxies of its remotes.
  const tellers =
    apps.failover === undefined ? [] : primaries.filter((name) => servedBy(name, clusters).some(isIn(users)));
  return plans
    .filter(({ cluster }) => isIn(users)(cluster) || tellers.includes(cluster))
    .map((plan) => (tellers.includes(plan.cluster) ? { ...plan, failover: apps.failover } : plan));
}

function isIn(plans: readonly { readonly cluster: string }[]): (name: string) => boolean {
  return (name) => plans.some(({ cluster }) => cluster === name);
}
