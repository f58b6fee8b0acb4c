import type * as pulumi from "@pulumi/pulumi";
import { ObserverSecret, RemoteSecretLink } from "../../components";
import { linkName, OBSERVER_SUFFIX } from "../../components/names";
import { gatewaysFor } from "../../components/spec/gateway/plan";
import { isShareable } from "../../components/spec/links/secrets";
import type { MeshPlan } from "../../components/spec/types";
import type { Member } from "./member";
import { type Peer, peerOf } from "./peer";
import { named } from "./providers";
import { placed, placedOf } from "./scope";

type Observer = Pick<Member, "scope" | "plan" | "istiod">;

/** Whether a Secret is one that others take the place of, and which these are. */
type Succession = readonly pulumi.Resource[] | undefined;

/** All links of a plan but those by which remotes are served. */
export function linkMembers(plan: MeshPlan, members: ReadonlyMap<string, Member>): void {
  for (const observer of members.values()) {
    const links = plan.links.filter((link) => link.observer === observer.plan.name && !link.serves);
    const peers = (shared: boolean) =>
      links
        .filter((link) => isShareable(link, plan) === shared)
        .map(({ observed, crossNetwork }) => peerIn(plan, members, observed, crossNetwork));
    for (const peer of peers(false)) linkTo(peer, observer);
    linkToAll(peers(true), observer, plan);
  }
}

/** A member as those on other networks know it once a gateway leads to it. */
function peerIn(
  plan: MeshPlan,
  members: ReadonlyMap<string, Member>,
  observed: string,
  crossNetwork: boolean,
): Peer {
  const [gateway] = crossNetwork ? gatewaysFor(plan, observed) : [];
  const address = gateway === undefined ? undefined : named(members, gateway).gateway?.address;
  return peerOf(named(members, observed), address);
}

/** In the Secrets that the plan says; those of before stay beside them for as long as istiods may have clusters from there. */
function linkToAll(
  peers: readonly Peer[],
  observer: Observer,
  { remoteSecrets: { per, migrating } }: MeshPlan,
): void {
  if (peers.length === 0) return;
  const each = (successors?: Succession) => peers.map((peer) => linkTo(peer, observer, successors));
  const all = (successors?: Succession) => [secretFor(peers, observer, successors)];
  const [present, former] = per === "link" ? [each, all] : [all, each];
  const made = present();
  if (migrating) former(made);
}

/** Lets one cluster's istiod read another cluster. */
export function linkTo(peer: Peer, observer: Observer, successors?: Succession): RemoteSecretLink {
  const [now = "", ...former] = linkNames(observer.plan, peer);
  const link = placed(observer.scope, now, former);
  const { name: observed, ...access } = observedCluster(peer, observer);
  return new RemoteSecretLink(
    link.name,
    { observed, ...access, ...(successors && { superseded: true }) },
    { ...link.opts, ...placeOf(observer, successors) },
  );
}

/** Lets one cluster's istiod read several by one Secret. */
function secretFor(peers: readonly Peer[], observer: Observer, successors: Succession): ObserverSecret {
  const { name, opts } = placedOf(observer.scope, observer.plan, OBSERVER_SUFFIX);
  return new ObserverSecret(
    name,
    {
      observed: peers.map((peer) => observedCluster(peer, observer)),
      ...(successors && { superseded: true }),
    },
    { ...opts, ...placeOf(observer, successors) },
  );
}

function observedCluster({ name, formerName: _, token, gatewayAddress, ...api }: Peer, { plan }: Observer) {
  if (token === undefined) throw new Error(`${name} has no reader for ${plan.name}`);
  return { name, ...api, token, ...(gatewayAddress ? { gatewayAddress } : {}) };
}

/** A Secret is emptied once those that take its place are there. */
function placeOf({ istiod: { provider, resource } }: Observer, successors: Succession = []) {
  return { provider, dependsOn: [resource, ...successors] };
}

/** The name of a link, and those that it had if one of its ends or both were renamed. */
function linkNames(observer: Named, observed: Named): string[] {
  return namesOf(observer).flatMap((from) => namesOf(observed).map((to) => linkName(from, to)));
}

type Named = Pick<Peer, "name" | "formerName">;

function namesOf({ name, formerName }: Named): string[] {
  return formerName === undefined ? [name] : [name, formerName];
}
