import { ExistingCluster } from "../../components";
import type { Member } from "./member";
import { gatewayOf } from "./members";
import type { Site } from "./providers";

/** A cluster with an istiod that others installed, and a gateway if it is to get one. */
export function existingMember(site: Site): Member {
  const { plan: cluster, provider } = site;
  const existing = new ExistingCluster(
    cluster.name,
    { network: cluster.network, reader: cluster.reader },
    { provider },
  );
  const injection = [existing];
  return {
    ...site,
    cluster: existing,
    istiod: { provider, resource: existing },
    injection,
    gateway: gatewayOf(site, injection),
  };
}
