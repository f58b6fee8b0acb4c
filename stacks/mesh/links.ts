import { RemoteSecretLink } from "../../components";
import { linkName } from "../../components/names";
import type { Member } from "./member";
import type { Peer } from "./peer";

/** Lets one cluster's istiod read another cluster. */
export function linkTo(
  { name, token, gatewayAddress, ...api }: Peer,
  observer: Pick<Member, "plan" | "istiod">,
): RemoteSecretLink {
  if (token === undefined) throw new Error(`${name} has no reader for ${observer.plan.name}`);
  return new RemoteSecretLink(
    linkName(observer.plan.name, name),
    { observed: name, ...api, token, ...(gatewayAddress ? { gatewayAddress } : {}) },
    { provider: observer.istiod.provider, dependsOn: [observer.istiod.resource] },
  );
}
