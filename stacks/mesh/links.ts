import type * as pulumi from "@pulumi/pulumi";
import { ObserverSecret, RemoteSecretLink } from "../../components";
import { linkName, OBSERVER_SUFFIX } from "../../components/names";
import { gatewaysFor } from "../../components/spec/gateway/plan";
import { isShareable } from "../../components/spec/links/secrets";
import type { LinkPlan, MeshPlan } from "../../components/spec/types";
import type { Observer } from "./member";
import type { Peer } from "./peer";
import { placed, placedOf } from "./scope";

/** Both ends of links, wherever what is known of them comes from. */
export interface Ends {
  readonly observer: (name: string) => Observer;
  /** @param gateway - address of the gateway that traffic to it takes */
  readonly observed: (name: string, gateway: pulumi.Output<string> | undefined) => Peer;
  /** Addresses of the gateways, by cluster. */
  readonly gateways: ReadonlyMap<string, pulumi.Output<string>>;
}

/** Whether a Secret is one that others take the place of, and which these are. */
type Succession = readonly pulumi.Resource[] | undefined;

/** All links but those by which primaries serve remotes, which come with these. */
export function linkMembers(plan: MeshPlan, ends: Ends): void {
  const links = plan.links.filter(({ serves }) => !serves);
  for (const name of new Set(links.map((link) => link.observer))) {
    const observer = ends.observer(name);
    const peers = (shared: boolean) =>
      links
        .filter((link) => link.observer === name && isShareable(link, plan) === shared)
        .map((link) => peerOn(link, plan, ends));
    for (const peer of peers(false)) linkTo(peer, observer);
    linkToAll(peers(true), observer, plan);
  }
}

/** The observed end of a link, as those on other networks know it once a gateway leads to it. */
function peerOn({ observed, crossNetwork }: LinkPlan, plan: MeshPlan, ends: Ends): Peer {
  const [gateway] = crossNetwork ? gatewaysFor(plan, observed) : [];
  return ends.observed(observed, gateway === undefined ? undefined : ends.gateways.get(gateway));
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
function placeOf({ istiod: { provider, transformations, resource } }: Observer, successors: Succession = []) {
  return { provider, transformations, dependsOn: [...(resource ? [resource] : []), ...successors] };
}

/** The name of a link, and those that it had if one of its ends or both were renamed. */
function linkNames(observer: Named, observed: Named): string[] {
  return namesOf(observer).flatMap((from) => namesOf(observed).map((to) => linkName(from, to)));
}

type Named = Pick<Peer, "name" | "formerName">;

function namesOf({ name, formerName }: Named): string[] {
  return formerName === undefined ? [name] : [name, formerName];
}
