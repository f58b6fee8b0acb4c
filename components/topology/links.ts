/**
 * How clients of one cluster come to know services of another one:
 * - `discovery`: its istiod holds a credential for the other cluster's API and reads every endpoint there
 * - `import`: it holds none, and knows what `imports` say of the other cluster's gateway
 */
export type LinkKind = "discovery" | "import";

/** Clients of `observer` and of the remotes that it serves call services of `observed`. */
export interface LinkSpec {
  /** Name of the cluster with the clients: a primary. */
  readonly observer: string;
  /** Name of the cluster with the services; with `import` also one of `exporters`. */
  readonly observed: string;
  /** How the observer comes to know the services. @default "discovery" */
  readonly kind?: LinkKind | undefined;
  /**
   * Set on the import link of a pair that has both kinds for now, to change from one to the other without a failed
   * request: add the new link, verify, then remove the old one.
   * @default false
   */
  readonly migrating?: boolean | undefined;
}

/** What of a cluster tells its place in a mesh, of a spec and of a plan alike. */
export interface Place {
  readonly name: string;
  readonly network: string;
  readonly controlPlanes?: readonly string[] | undefined;
  readonly externalControlPlane?: { readonly host: string } | undefined;
  readonly leaving?: boolean | undefined;
}

/** What of a mesh tells who sees whom. */
export interface Topology {
  readonly clusters: readonly Place[];
  readonly links?: readonly LinkSpec[] | undefined;
  readonly hubs?: readonly string[] | undefined;
  readonly groups?: readonly (readonly string[])[] | undefined;
}

/** Whether a cluster runs its own istiod. */
export function isPrimary(cluster: Pick<Place, "controlPlanes">): boolean {
  return (cluster.controlPlanes ?? []).length === 0;
}

/** The config cluster whose istiod a cluster runs, if it is the host of an external control plane. */
export function hostedBy(host: string, clusters: readonly Place[]): string | undefined {
  return clusters.find(({ externalControlPlane }) => externalControlPlane?.host === host)?.name;
}

/** The clusters whose proxies and services make up the mesh: all but the hosts of external control planes. */
export function membersOf<C extends Place>({ clusters }: { readonly clusters: readonly C[] }): C[] {
  return clusters.filter(({ name }) => hostedBy(name, clusters) === undefined);
}

/** Whether a planned cluster is one of these. */
export function isMember({ runsIstiodOf }: { readonly runsIstiodOf?: string | undefined }): boolean {
  return runsIstiodOf === undefined;
}

/** The primaries whose control planes serve a cluster: the cluster itself, unless it is a remote. */
export function controlPlanesOf(
  name: string,
  clusters: readonly Pick<Place, "name" | "controlPlanes">[],
): readonly string[] {
  const { controlPlanes = [] } = clusters.find((cluster) => cluster.name === name) ?? {};
  return controlPlanes.length === 0 ? [name] : controlPlanes;
}

/** The first of the primaries that serve a cluster: the cluster itself, unless it is a remote. */
export function primaryOf(name: string, clusters: readonly Pick<Place, "name" | "controlPlanes">[]): string {
  const [primary = name] = controlPlanesOf(name, clusters);
  return primary;
}

/** The cluster in which the istiod runs that serves a planned cluster. */
export function istiodOf({ clusters }: Pick<Topology, "clusters">, name: string): string {
  const primary = primaryOf(name, clusters);
  return clusters.find((cluster) => cluster.name === primary)?.externalControlPlane?.host ?? primary;
}

/** The remotes that a primary serves, in the order of the spec. */
export function remotesOf(primary: string, clusters: readonly Place[]): string[] {
  return clusters.filter((cluster) => cluster.controlPlanes?.includes(primary)).map(({ name }) => name);
}

/** The clusters that a primary's control plane serves: itself and its remotes. */
export function servedBy(primary: string, clusters: readonly Place[]): string[] {
  return [primary, ...remotesOf(primary, clusters)];
}

/** Whether a link comes without a credential. */
export function isImport({ kind }: Pick<LinkSpec, "kind">): boolean {
  return kind === "import";
}

/** The links that are credentials. Nobody observes a cluster that is leaving; it still observes others. */
export function discoveryLinks(spec: Topology): readonly LinkSpec[] {
  return staying(discoveryWithLeaving(spec), spec);
}

/** The links that are none: what `imports` may import over. */
export function importLinks(spec: Topology): readonly LinkSpec[] {
  return staying(importLinksWithLeaving(spec), spec);
}

/** The same as if all clusters stayed. */
export function importLinksWithLeaving({ links = [] }: Pick<Topology, "links">): readonly LinkSpec[] {
  return links.filter(isImport);
}

function staying(links: readonly LinkSpec[], { clusters }: Topology): LinkSpec[] {
  const leaving = new Set(clusters.filter((cluster) => cluster.leaving).map(({ name }) => name));
  return links.filter(({ observed }) => !leaving.has(observed));
}

/**
 * The discovery links of a mesh as if all clusters stayed: the union of `links`, `hubs` and `groups`, or a full mesh if there are
 * none of these, and in any case from each primary to the remotes that it serves.
 */
function discoveryWithLeaving(spec: Topology): readonly LinkSpec[] {
  const { hubs = [], groups = [] } = spec;
  const links = (spec.links ?? []).filter((link) => !isImport(link));
  const everyone = membersOf(spec).map(({ name }) => name);
  const partial = spec.links !== undefined || spec.hubs !== undefined || spec.groups !== undefined;
  const wanted = partial
    ? [...links, ...hubs.flatMap((hub) => bothWays(hub, everyone, spec)), ...groups.flatMap(within(spec))]
    : within(spec)(everyone);
  return unique([...wanted, ...servingLinks(spec)]);
}

/** Clusters whose API an istiod in another cluster reads. */
export function clustersReadElsewhere(spec: Topology): Set<string> {
  const configClusters = spec.clusters.filter(({ externalControlPlane }) => externalControlPlane);
  return new Set([
    ...discoveryLinks(spec).map(({ observed }) => observed),
    ...configClusters.map(({ name }) => name),
  ]);
}

/** Links among the clusters of a group; only primaries observe. */
function within(spec: Topology): (group: readonly string[]) => LinkSpec[] {
  const observers = new Set(spec.clusters.filter(isPrimary).map(({ name }) => name));
  return (group) =>
    group
      .filter((observer) => observers.has(observer))
      .flatMap((observer) =>
        group.filter((observed) => observed !== observer).map((observed) => ({ observer, observed })),
      );
}

function bothWays(hub: string, everyone: readonly string[], spec: Topology): LinkSpec[] {
  const pair = within(spec);
  return everyone.filter((spoke) => spoke !== hub).flatMap((spoke) => pair([hub, spoke]));
}

function servingLinks({ clusters }: Topology): LinkSpec[] {
  return clusters.flatMap(({ name, controlPlanes = [] }) =>
    controlPlanes.map((observer) => ({ observer, observed: name })),
  );
}

function unique(links: readonly LinkSpec[]): LinkSpec[] {
  const byName = new Map(links.map((link) => [`${link.observer} ${link.observed}`, link]));
  return [...byName.values()];
}

/** Clusters whose services a primary's proxies are told of: its own and those that it observes. */
function seenBy(primary: string, links: readonly LinkSpec[]): string[] {
  const observed = links.filter((link) => link.observer === primary).map((link) => link.observed);
  return [primary, ...observed];
}

/** What of a spec or a plan tells who sees whom. */
interface Visibility {
  readonly clusters: readonly Pick<Place, "name" | "controlPlanes">[];
  readonly links: readonly LinkSpec[];
}

/** Clusters whose services a client in `client` reaches, its own first: what its control plane knows. */
export function visibleFrom(client: string, { clusters, links }: Visibility): string[] {
  return [...new Set([client, ...seenBy(primaryOf(client, clusters), links)])];
}

/**
 * Clusters whose proxies know the pods or gateways of `cluster` by discovery, itself among them. Those of a cluster that
 * is leaving may still have connections.
 */
export function clientsOf(cluster: string, spec: Topology): string[] {
  const links = discoveryWithLeaving(spec);
  return spec.clusters
    .filter(({ name }) => visibleFrom(name, { clusters: spec.clusters, links }).includes(cluster))
    .map(({ name }) => name);
}

/** Those of them that are on other networks, and so have to come in through a gateway. */
export function clientsElsewhere(cluster: Place, spec: Topology): string[] {
  const elsewhere = spec.clusters
    .filter(({ network }) => network !== cluster.network)
    .map(({ name }) => name);
  return clientsOf(cluster.name, spec).filter((name) => elsewhere.includes(name));
}

/**
 * Clusters whose proxies import from `cluster`, so that they know its gateway and no pod of it, on whatever network they
 * are. Those of a cluster that is leaving may still have connections.
 */
export function importersOf(cluster: string, spec: Topology): string[] {
  const importers = importLinksWithLeaving(spec).filter(({ observed }) => observed === cluster);
  return importers.flatMap(({ observer }) => servedBy(observer, spec.clusters));
}

/** A link as people read it. */
export function linkText({ observer, observed }: LinkSpec): string {
  return `${observer}${ARROW}${observed}`;
}

/** The observer and the observed of a link, by what {@link linkText} makes of it. */
export function linkEnds(text: string): string[] {
  return text.split(ARROW);
}

const ARROW = " -> ";
