import { RemoteSecretLink } from "../../components";
import { linkName } from "../../components/names";
import type { Member } from "./member";
import type { Peer } from "./peer";
import { placed } from "./scope";

/** Lets one cluster's istiod read another cluster. */
export function linkTo(
  { name, token, gatewayAddress, ...api }: Peer,
  observer: Pick<Member, "scope" | "plan" | "istiod">,
): RemoteSecretLink {
  if (token === undefined) throw new Error(`${name} has no reader for ${observer.plan.name}`);
  const link = placed(observer.scope, linkName(observer.plan.name, name));
  return new RemoteSecretLink(
    link.name,
    { observed: name, ...api, token, ...(gatewayAddress ? { gatewayAddress } : {}) },
    { ...link.opts, provider: observer.istiod.provider, dependsOn: [observer.istiod.resource] },
  );
}
