import { ExistingCluster } from "../../components";
import type { ClusterPlan } from "../../components/spec/types";
import type { ClusterAccess } from "./access";
import { gatewayOf } from "./members";
import type { Member } from "./member";
import { clusterProvider } from "./providers";

/** A cluster with an istiod that others installed, and a gateway if it is to get one. */
export function existingMember(cluster: ClusterPlan, access: ClusterAccess): Member {
  const provider = clusterProvider(cluster, access);
  const existing = new ExistingCluster(
    cluster.name,
    { network: cluster.network, reader: cluster.reader },
    { provider },
  );
  const injection = [existing];
  return {
    plan: cluster,
    access,
    provider,
    cluster: existing,
    istiod: { provider, resource: existing },
    injection,
    gateway: gatewayOf(cluster, provider, injection),
  };
}
