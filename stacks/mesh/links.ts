import { RemoteSecretLink } from "../../components";
import { linkName } from "../../components/names";
import type { Member } from "./member";
import type { Peer } from "./peer";
import { placed } from "./scope";

/** Lets one cluster's istiod read another cluster. */
export function linkTo(
  { name, formerName, token, gatewayAddress, ...api }: Peer,
  observer: Pick<Member, "scope" | "plan" | "istiod">,
): RemoteSecretLink {
  if (token === undefined) throw new Error(`${name} has no reader for ${observer.plan.name}`);
  const [now = "", ...former] = linkNames(observer.plan, { name, formerName });
  const link = placed(observer.scope, now, former);
  return new RemoteSecretLink(
    link.name,
    { observed: name, ...api, token, ...(gatewayAddress ? { gatewayAddress } : {}) },
    { ...link.opts, provider: observer.istiod.provider, dependsOn: [observer.istiod.resource] },
  );
}

/** The name of a link, and those that it had if one of its ends or both were renamed. */
function linkNames(observer: Named, observed: Named): string[] {
  return namesOf(observer).flatMap((from) => namesOf(observed).map((to) => linkName(from, to)));
}

type Named = Pick<Peer, "name" | "formerName">;

function namesOf({ name, formerName }: Named): string[] {
  return formerName === undefined ? [name] : [name, formerName];
}
