import { type EastWestGateway, RemoteSecretLink } from "../../components";
import { linkName } from "../../components/names";
import type { ClusterAccess } from "./access";
import type { Member } from "./member";

/**
 * Lets one cluster's istiod read another cluster.
 *
 * @param through - the observed network's gateway, where traffic takes it and it can be there before the link
 */
export function linkTo(observed: Member, observer: Member, through?: EastWestGateway): RemoteSecretLink {
  const token = observed.cluster.readerToken;
  if (token === undefined) throw new Error(`${observed.plan.name} has no reader for ${observer.plan.name}`);
  return new RemoteSecretLink(
    linkName(observer.plan.name, observed.plan.name),
    {
      observed: observed.plan.name,
      ...apiArgs(observed.access),
      token,
      ...(through ? { gatewayAddress: through.address } : {}),
    },
    { provider: observer.istiod.provider, dependsOn: [observer.istiod.resource] },
  );
}

/** How an istiod in another cluster reaches this one's API. */
export function apiArgs(access: ClusterAccess) {
  const endpoint = access.endpoint();
  return {
    server: endpoint.server,
    caData: endpoint.caData,
    tlsServerName: endpoint.apply(({ tlsServerName }) => tlsServerName ?? ""),
  };
}
