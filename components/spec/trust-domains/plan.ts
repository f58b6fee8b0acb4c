import { MESH_DEFAULTS } from "../../defaults";
import { clientsOf, importersOf, isPrimary, membersOf, primaryOf, servedBy } from "../../topology/links";
import type { ClusterSpec, MeshSpec } from "../types";

/** The first release whose clients take a service's trust domain from the cluster that it is in, in every case. */
export const FIRST_ISTIO = "1.29.2";

/** The trust domain of a cluster's workloads: their certificates' issuer serves one only, so a remote has its control plane's. */
export function trustDomainOf(cluster: string, spec: MeshSpec): string {
  const primary = primaryOf(cluster, spec.clusters);
  const own = spec.clusters.find(({ name }) => name === primary)?.trustDomain;
  return own ?? meshTrustDomain(spec);
}

/** The trust domain of clusters that name none. */
export function meshTrustDomain({ trustDomain }: Pick<MeshSpec, "trustDomain">): string {
  return trustDomain ?? MESH_DEFAULTS.trustDomain;
}

/** Every trust domain of a mesh, each once. */
export function trustDomainsOf(spec: MeshSpec): string[] {
  return [...new Set(membersOf(spec).map(({ name }) => trustDomainOf(name, spec)))];
}

/** The other trust domains from which a primary, and the remotes that it serves, get requests. */
export function foreignTrustDomains(cluster: ClusterSpec, spec: MeshSpec): string[] {
  if (!isPrimary(cluster)) return [];
  const own = trustDomainOf(cluster.name, spec);
  const clients = servedBy(cluster.name, spec.clusters).flatMap((served) => [
    ...clientsOf(served, spec),
    ...importersOf(served, spec),
  ]);
  const domains = clients.map((client) => trustDomainOf(client, spec));
  return [...new Set(domains)].filter((domain) => domain !== own).sort();
}
