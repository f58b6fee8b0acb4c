import {
  clientsOf,
  discoveryLinks,
  importersOf,
  importLinks,
  membersOf,
  primaryOf,
  visibleFrom,
} from "../../topology/links";
import { positionOf } from "../../pki/phases";
import { gatewaySettings, serviceAnnotationsOf } from "../gateway/plan";
import { ISSUER_DEFAULTS } from "../issuer/defaults";
import { definedOnly } from "../settings";
import { trustDomainOf } from "../trust-domains/plan";
import type { ClusterSpec, MeshPlan, MeshSpec } from "../types";
import { BUNDLE_ENDPOINT_PORT, SPIRE_SOCKET } from "../../names";
import { SPIRE_IMAGES } from "./images";
import { identityPosition } from "./phases";
import type {
  IdentityPlan,
  SpireClusterPlan,
  SpireFederationPlan,
  SpireMigrationPlan,
  SpirePlan,
  SpireSpec,
} from "./types";

/** What holds where a spec says nothing. */
export const SPIRE_DEFAULTS = { caTtl: "24h", svidTtl: "1h", refreshHint: "5m" } as const;

/** Size of a server's volume, unless a spec says otherwise. */
export const SPIRE_STORAGE_SIZE = "1Gi";

/** Whether SPIRE issues the identities of a mesh. */
export function hasSpire({ identity }: Pick<MeshSpec, "identity">): boolean {
  return identity?.provider === "spire";
}

/** Whether proxies that start get their certificates from SPIRE. */
export function issuesBySpire({ spire }: Pick<MeshPlan, "spire">): boolean {
  return spire !== undefined && spire.migration?.phase !== "trust";
}

/** SPIRE as the mesh gets it; nothing where istiod issues. */
export function planSpire(spec: MeshSpec): SpirePlan | undefined {
  if (!hasSpire(spec)) return undefined;
  const { existing, upstream = {}, storage = {}, tolerations = [], images = {} } = spec.identity?.spire ?? {};
  const { issuer, kind, group, secret, rootEpoch } = upstream;
  return {
    ...(existing && { existing: { socketFile: SPIRE_SOCKET, ...definedOnly(existing) } }),
    ...spireTimes(spec.identity?.spire),
    upstream: {
      ...(issuer === undefined
        ? {}
        : { issuer: { name: issuer, ...ISSUER_DEFAULTS, ...definedOnly({ kind, group }) } }),
      ...(secret === undefined ? {} : { secret }),
      rootEpoch: rootEpoch ?? 1,
    },
    storage: { size: SPIRE_STORAGE_SIZE, ...definedOnly(storage) },
    tolerations,
    images: { ...SPIRE_IMAGES, ...definedOnly(images) },
    clusters: planClusters(spec),
    ...definedOnly({ migration: planMigration(spec) }),
  };
}

/** Where the mesh is between istiod and SPIRE, and what its user says of it. */
export function planIdentity({ identity = {} }: Pick<MeshSpec, "identity">): IdentityPlan {
  const { verified, abandonPods = false } = identity;
  return { ...identityPosition(identity), ...definedOnly({ verified }), abandonPods };
}

function planMigration({ identity, ca }: MeshSpec): SpireMigrationPlan | undefined {
  const { migration: phase, spire } = identity ?? {};
  if (phase === undefined) return undefined;
  const epoch = spire?.upstream?.rootEpoch ?? 1;
  return { phase, database: `migration-${positionOf(ca?.root).generation}-${epoch}` };
}

/** A spec's durations, with defaults. */
export function spireTimes({ caTtl, svidTtl, refreshHint }: SpireSpec = {}) {
  return { ...SPIRE_DEFAULTS, ...definedOnly({ caTtl, svidTtl, refreshHint }) };
}

/** Whether the namespace is somebody else's, as something has to be in it before SPIRE is. */
export function adoptsSpireNamespace({ upstream: { issuer, secret } }: SpirePlan): boolean {
  return secret !== undefined || issuer?.kind === "Issuer";
}

function planClusters(spec: MeshSpec): SpireClusterPlan[] {
  const plans = sortedMembers(spec).map((cluster) => ({
    cluster,
    federation: federationOf(cluster.name, spec),
  }));
  const told = new Set(plans.flatMap(({ federation }) => federation.map(({ cluster }) => cluster)));
  return plans.map(({ cluster, federation }) => ({
    cluster: cluster.name,
    trustDomain: trustDomainOf(cluster.name, spec),
    federation,
    ...(told.has(cluster.name) ? { endpointAnnotations: endpointAnnotations(cluster, spec) } : {}),
  }));
}

/** The same kind of load balancer as the cluster's gateway has, so that whoever reaches one reaches the other. */
function endpointAnnotations(cluster: ClusterSpec, spec: MeshSpec): Record<string, string> {
  return serviceAnnotationsOf(cluster, gatewaySettings(cluster, spec), [{ port: BUNDLE_ENDPOINT_PORT }]);
}

function federationOf(cluster: string, spec: MeshSpec): SpireFederationPlan[] {
  const own = trustDomainOf(cluster, spec);
  const partners = federatedWith(cluster, spec);
  const domains = [...new Set(partners.map((partner) => trustDomainOf(partner, spec)))];
  return domains
    .filter((domain) => domain !== own)
    .sort()
    .map((trustDomain) => ({
      trustDomain,
      cluster: partners.find((partner) => trustDomainOf(partner, spec) === trustDomain) ?? "",
    }));
}

/** By name: who tells a trust domain's roots is not to change with the order of a config. */
function sortedMembers(spec: MeshSpec): ClusterSpec[] {
  return membersOf(spec).toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** The clusters that a cluster federates with: those of its lists, or if there are no lists those that it is linked to. */
function federatedWith(cluster: string, spec: MeshSpec): string[] {
  const members = sortedMembers(spec).map(({ name }) => name);
  const groups = spec.identity?.federation;
  const chosen =
    groups === undefined
      ? linkedWith(cluster, spec)
      : groups.filter((group) => group.includes(cluster)).flat();
  return members.filter((name) => name !== cluster && chosen.includes(name));
}

/** The clusters whose workloads call those of a cluster, or are called by them. */
export function linkedWith(cluster: string, spec: MeshSpec): string[] {
  const { clusters } = spec;
  const client = primaryOf(cluster, clusters);
  const imported = importLinks(spec).filter(({ observer }) => observer === client);
  return [
    ...clientsOf(cluster, spec),
    ...importersOf(cluster, spec),
    ...visibleFrom(cluster, { clusters, links: discoveryLinks(spec) }),
    ...imported.map(({ observed }) => observed),
  ];
}
