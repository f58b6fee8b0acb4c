import { ExistingCluster } from "../../components";
import type { Member } from "./member";
import { gatewayOf } from "./members";
import type { Site } from "./providers";
import { refuseReplaced } from "./replaced";
import { placedOf } from "./scope";

/** A cluster with an istiod that others installed, and a gateway if it is to get one. */
export function adoptedMember(site: Site): Member {
  const { scope, plan: cluster, provider, transformations } = site;
  const { name, opts } = placedOf(scope, cluster);
  const existing = new ExistingCluster(
    name,
    { network: cluster.network, reader: cluster.reader },
    { ...opts, provider, transformations },
  );
  refuseReplaced(site, existing.namespaceUid);
  const injection = [existing];
  return {
    ...site,
    cluster: existing,
    istiod: { provider, transformations, resource: existing },
    injection,
    gateway: gatewayOf(site, injection),
  };
}
