import { hostedBy, isPrimary, membersOf } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { rootsOf } from "../ca/trust";
import { istiodSettings } from "../istio/plan";
import { olderThan } from "../istio/versions";
import { DNS_LABEL } from "../labels";
import type { ClusterSpec, MeshSpec, Problem } from "../types";
import { FIRST_ISTIO, foreignTrustDomains, trustDomainOf, trustDomainsOf } from "./plan";

/** What Istio's AuthorizationPolicies take for "the own trust domain". */
const OWN_DOMAIN = "cluster.local";

/** Trust domains are names that SPIFFE accepts, and belong to whoever issues the certificates. */
export function trustDomains(spec: MeshSpec): Problem[] {
  const several = trustDomainsOf(spec).length > 1;
  return [
    ...name(spec.trustDomain, "trustDomain"),
    ...spec.clusters.flatMap((cluster, index) => [
      ...name(cluster.trustDomain, `clusters[${index}].trustDomain`),
      ...issuedElsewhere(cluster, `clusters[${index}].trustDomain`, spec),
      ...(several ? mixed(cluster, `clusters[${index}]`, spec) : []),
    ]),
    ...(several ? [...oldIstio(spec), ...differentRoots(spec)] : []),
  ];
}

/** What works, and is easily misunderstood. */
export function trustDomainWarnings(spec: MeshSpec): Problem[] {
  if (trustDomainsOf(spec).length < 2) return [];
  return spec.clusters.flatMap((cluster, index) => [
    ...ambiguous(cluster, `clusters[${index}].trustDomain`, spec),
    ...adoptedIstiod(cluster, `clusters[${index}].adopt`, spec),
  ]);
}

function name(domain: string | undefined, path: string): Problem[] {
  if (domain === undefined || domain.split(".").every((label) => DNS_LABEL.test(label))) return [];
  const message = `"${domain}" is not a DNS name; use lower-case labels joined by dots, such as cluster.local`;
  return [{ path, message }];
}

function issuedElsewhere(cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  if (cluster.trustDomain === undefined) return [];
  const hosted = hostedBy(cluster.name, spec.clusters);
  if (hosted !== undefined) {
    const message = `has no effect: ${cluster.name} only runs the istiod of ${hosted}, which issues for the trust domain of that; set it on ${hosted}`;
    return [{ path, message }];
  }
  return (cluster.controlPlanes ?? [])
    .filter((primary) => trustDomainOf(primary, spec) !== cluster.trustDomain)
    .map((primary) => ({
      path,
      message: `is ${cluster.trustDomain}, but ${primary}, which issues the certificates of its remote ${cluster.name}, has ${trustDomainOf(primary, spec)}; remove it, or give ${cluster.name} a control plane of that trust domain`,
    }));
}

/** Helm values of an istiod, and control planes of a remote, that would mix trust domains up. */
function mixed(cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  if (!isPrimary(cluster)) return unlikeControlPlanes(cluster, `${path}.controlPlanes`, spec);
  const { trustDomainAliases: aliases, caCertificates: given } = (istiodSettings(cluster, spec).values?.[
    "meshConfig"
  ] ?? {}) as { readonly trustDomainAliases?: unknown; readonly caCertificates?: unknown };
  const others = trustDomainsOf(spec).filter((domain) => domain !== trustDomainOf(cluster.name, spec));
  const equated = listOf(aliases).filter((alias) => others.includes(alias as string));
  const listed = listOf(given).flatMap((entry) => listOf((entry as { trustDomains?: unknown }).trustDomains));
  const left =
    given === undefined
      ? []
      : foreignTrustDomains(cluster, spec).filter((domain) => !listed.includes(domain));
  const values = `${path}.istiod.values.meshConfig`;
  return [
    ...problem(
      equated,
      `${values}.trustDomainAliases`,
      (domains) =>
        `makes every workload of ${domains} pass the policies that name one of ${cluster.name} with the same namespace and account; remove it: certificates of ${domains} are accepted without`,
    ),
    ...problem(
      left,
      `${values}.caCertificates`,
      (domains) =>
        `replaces the list by which ${cluster.name} accepts certificates of ${domains}; add { trustDomains: [${domains}] } to yours`,
    ),
  ];
}

function unlikeControlPlanes(cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  const [first = "", ...others] = cluster.controlPlanes ?? [];
  const own = trustDomainOf(first, spec);
  const unlike = others.filter((primary) => trustDomainOf(primary, spec) !== own);
  return problem(
    unlike,
    path,
    (names) =>
      `names ${first}, which issues for ${own}, and ${names} of another trust domain, so that another control plane would be another identity; name control planes of one trust domain`,
  );
}

function oldIstio(spec: MeshSpec): Problem[] {
  const old = olderThan(FIRST_ISTIO, spec);
  return [...new Set(old.map(({ path }) => path))].flatMap((path) =>
    problem(
      old.filter((one) => one.path === path).map(({ cluster }) => cluster.name),
      path,
      (names) =>
        `is older than ${FIRST_ISTIO} in ${names}, whose clients expect their own trust domain of services in every cluster; use ${FIRST_ISTIO} or newer for a mesh of several trust domains`,
    ),
  );
}

/** A certificate's trust domain tells which root it has to be under, so it can be under one only. */
function differentRoots(spec: MeshSpec): Problem[] {
  const rooted = membersOf(spec)
    .filter(isPrimary)
    .flatMap((cluster) => {
      const root = rootsOf(cluster, spec)?.own;
      return root === undefined ? [] : [{ cluster, root, domain: trustDomainOf(cluster.name, spec) }];
    });
  return trustDomainsOf(spec).flatMap((domain) => {
    const own = rooted.filter((one) => one.domain === domain);
    const last = own.at(-1);
    if (last === undefined || new Set(own.map(({ root }) => root)).size === 1) return [];
    const names = own.map(({ cluster }) => cluster.name).join(", ");
    return [
      {
        path: `clusters[${spec.clusters.indexOf(last.cluster)}].trustDomain`,
        message: `is ${domain} in ${names}, whose CAs are under different roots; give all of them one root (when it is exchanged, in the same update), or another trust domain to some`,
      },
    ];
  });
}

function ambiguous(cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  if (!isPrimary(cluster) || trustDomainOf(cluster.name, spec) !== OWN_DOMAIN) return [];
  if (hostedBy(cluster.name, spec.clusters) !== undefined) return [];
  const message = `is ${OWN_DOMAIN}, which AuthorizationPolicies in clusters of other trust domains take for their own: there no policy can name a workload of ${cluster.name}, and one that tries allows their own workload of that name`;
  return [{ path: cluster.trustDomain === undefined ? "trustDomain" : path, message }];
}

function adoptedIstiod(cluster: ClusterSpec, path: string, spec: MeshSpec): Problem[] {
  if (!adopts(cluster, "istiod")) return [];
  return problem(
    foreignTrustDomains(cluster, spec),
    path,
    (domains) =>
      `says that the istiod of ${cluster.name} is not installed here, so whoever did has to add caCertificates: [{ trustDomains: [${domains}] }] to its meshConfig, or ${cluster.name} refuses their requests`,
  );
}

function problem(items: readonly unknown[], path: string, message: (items: string) => string): Problem[] {
  return items.length === 0 ? [] : [{ path, message: message(items.join(", ")) }];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
