import type { V1Pod } from "@kubernetes/client-node";
import type { MeshPlan, SampleAppsPlan } from "../../components/spec/types";
import type { ClusterClient } from "./cluster-client";
import type { ExecTarget } from "./exec";

/** Whether a pod serves: its readiness probes pass and it is not on its way out. */
export function isReady({ metadata, status }: V1Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True");
  return ready === true && metadata?.deletionTimestamp === undefined;
}

/** The sample applications of a cluster, if it has any. */
export function sampleAppsOf(plan: MeshPlan, cluster: string): SampleAppsPlan | undefined {
  return plan.sampleApps.find((apps) => apps.cluster === cluster);
}

/** Whether the plan gives a cluster the curl client. */
export function hasClient(plan: MeshPlan, cluster: string): boolean {
  return sampleAppsOf(plan, cluster)?.client === true;
}

/** helloworld pods of a cluster that serve. */
export async function helloworldPods(cluster: ClusterClient, namespace: string): Promise<V1Pod[]> {
  const pods = await cluster.pods(namespace, "app=helloworld");
  return pods.filter(isReady);
}

/** A container of the curl client's pod. */
export async function clientContainer(
  cluster: ClusterClient,
  namespace: string,
  container: "curl" | "istio-proxy",
): Promise<ExecTarget> {
  const pods = await cluster.pods(namespace, "app=curl");
  const pod = pods.find(isReady)?.metadata?.name;
  if (pod === undefined) {
    throw new Error(
      `namespace ${namespace} of ${cluster.name} has no ready pod with label app=curl; ` +
        `see: kubectl describe pods -n ${namespace} -l app=curl`,
    );
  }
  return { namespace, pod, container };
}
