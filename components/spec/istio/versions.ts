import { gte, major, minor, parse, rcompare, valid } from "semver";
import { membersOf } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import type { ClusterSpec, MeshSpec, Problem } from "../types";
import { featuresOf } from "./features";
import { faultsOf, type KnownFault } from "./known-faults";
import { planIstio } from "./plan";

/** How many minor versions of Istio may lie between clusters of one mesh. */
const MAX_SKEW = 1;

/** Versions are ones of Istio, close enough to each other, and without a fault that keeps the mesh from working. */
export function versions(spec: MeshSpec): Problem[] {
  return [...malformed(spec), ...skew(spec), ...knownFaults(spec, "error")];
}

/** What of the versions in use the mesh works with nevertheless: faults, and images of others. */
export function versionWarnings(spec: MeshSpec): Problem[] {
  return [...knownFaults(spec, "warning"), ...otherImages(spec)];
}

/** The Istio of a cluster. */
export interface Versioned {
  readonly cluster: ClusterSpec;
  readonly version: string;
  /** Where the spec says it. */
  readonly path: string;
}

/** The members of a mesh whose Istio is older than a release; what is no version is a problem of its own. */
export function olderThan(release: string, spec: MeshSpec): Versioned[] {
  return versionsOf(spec).filter(({ version }) => isVersion(version) && !gte(version, release));
}

function versionsOf(spec: MeshSpec): Versioned[] {
  return membersOf(spec).map((cluster) => ({
    cluster,
    version: planIstio(cluster, spec).version,
    path:
      cluster.istio?.version === undefined
        ? "istio.version"
        : `clusters[${spec.clusters.indexOf(cluster)}].istio.version`,
  }));
}

function malformed(spec: MeshSpec): Problem[] {
  return perPath(
    versionsOf(spec).filter(({ version }) => !isVersion(version)),
    ({ version }) => `"${version}" is not an Istio version such as 1.31.1`,
  );
}

/** Unlike `valid` alone, takes nothing that chart repositories would not find. */
function isVersion(text: string): boolean {
  return valid(text) === text;
}

/** @see https://istio.io/latest/docs/releases/supported-releases/#control-planedata-plane-skew */
function skew(spec: MeshSpec): Problem[] {
  const all = versionsOf(spec).filter(({ version }) => isVersion(version));
  const [newest] = all.toSorted((a, b) => rcompare(a.version, b.version));
  if (newest === undefined) return [];
  return perPath(
    all.filter(({ version }) => !isClose(version, newest.version)),
    ({ version }, names) =>
      `is ${version} in ${names}, but ${newest.cluster.name} has ${newest.version}; ` +
      `clusters of one mesh may be ${MAX_SKEW} minor version apart: upgrade the older ones first, one minor version at a time`,
  );
}

function isClose(version: string, newest: string): boolean {
  return major(version) === major(newest) && minor(newest) - minor(version) <= MAX_SKEW;
}

/** A tag goes on naming the images that it named, whatever becomes of the version; what a registry adds to it does not count. */
function otherImages(spec: MeshSpec): Problem[] {
  const tagged = membersOf(spec)
    .filter((cluster) => !adopts(cluster, "istiod"))
    .flatMap((cluster) => {
      const { version, tag } = planIstio(cluster, spec);
      const [charts, images] = [parse(version), parse(tag)];
      if (charts === null || images === null || charts.compareMain(images) === 0) return [];
      const own = cluster.istio?.tag !== undefined;
      const path = own ? `clusters[${spec.clusters.indexOf(cluster)}].istio.tag` : "istio.tag";
      return [{ cluster, version, tag, path }];
    });
  return perPath(
    tagged,
    ({ version, tag }, names) =>
      `is ${tag}, but istio.version is ${version} in ${names}, so only the charts are of that and istiod and proxies stay what they are; ` +
      "change both together, for one cluster in its own istio, or remove the tag",
  );
}

function knownFaults(spec: MeshSpec, severity: KnownFault["severity"]): Problem[] {
  const all = versionsOf(spec).filter(({ version }) => isVersion(version));
  const met = all.flatMap((versioned) =>
    faultsOf(versioned.version, featuresOf(versioned.cluster, spec)).map((fault) => ({
      ...versioned,
      fault,
    })),
  );
  const faults = new Set(met.map(({ fault }) => fault).filter((fault) => fault.severity === severity));
  return [...faults].flatMap((fault) =>
    perPath(
      met.filter((candidate) => candidate.fault === fault),
      ({ version }, names) =>
        `is ${version} in ${names}, which ${fault.fault}; ${fault.mend} (${fault.source})`,
    ),
  );
}

/** One problem for each place in the spec, however many clusters it concerns. */
function perPath<T extends Versioned>(
  items: readonly T[],
  message: (first: T, names: string) => string,
): Problem[] {
  return items
    .filter(({ path }, index) => items.findIndex((item) => item.path === path) === index)
    .map((first) => {
      const group = items.filter(({ path }) => path === first.path);
      return {
        path: first.path,
        message: message(first, group.map(({ cluster }) => cluster.name).join(", ")),
      };
    });
}
