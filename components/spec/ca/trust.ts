import { parseCertificates } from "../../pki/certificates";
import { discoveryLinks, importersOf, isPrimary, visibleFrom } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { rootProblems } from "../adopt/rules";
import type { ClusterSpec, MeshSpec, Problem } from "../types";
import { MESH_ROOT, type Roots } from "./source";
import { CA_SOURCES, sourceOf } from "./sources";

/** Clusters that send each other requests trust each other's root. */
export function trust(spec: MeshSpec): Problem[] {
  const bundle = (spec.ca?.trustBundle ?? []).flatMap((pem, index) =>
    rootProblems(pem, `ca.trustBundle[${index}]`),
  );
  return [...bundle, ...(bundle.length > 0 ? [] : distrust(spec))];
}

function distrust(spec: MeshSpec): Problem[] {
  const { acceptedRoots: bundle } = CA_SOURCES[sourceOf(spec.ca ?? {})];
  return spec.clusters.flatMap((cluster, index) => {
    if (!adopts(cluster, "cacerts")) return [];
    const own = rootsOf(cluster, spec);
    if (own === undefined) return [];
    const peers = peersOf(cluster, spec).flatMap((peer) => {
      const roots = rootsOf(peer, spec);
      return roots === undefined ? [] : [{ name: peer.name, roots, isOurs: !adopts(peer, "cacerts") }];
    });
    const refusing = peers.filter(({ roots, isOurs }) => isOurs && !roots.accepted.includes(own.own));
    const refused = peers.filter(({ roots }) => !own.accepted.includes(roots.own));
    return [
      ...describe(
        refusing,
        bundle,
        (names) =>
          `lacks the root of ${cluster.name}, so ${names} would refuse its requests and answers; add clusters[${index}].rootCertificate to it`,
      ),
      ...describe(
        refused,
        `clusters[${index}].rootCertificate`,
        (names) =>
          `lacks the root of ${names}, so ${cluster.name} would refuse requests and answers of theirs; append it to root-cert.pem of its Secret istio-system/cacerts, then here (the mesh's own root is the stack's output rootCertificate)`,
      ),
    ];
  });
}

/** Primaries whose clients send requests to a cluster or get some from it; a remote has the root of its own. */
function peersOf(cluster: ClusterSpec, spec: MeshSpec): ClusterSpec[] {
  const visibility = { clusters: spec.clusters, links: discoveryLinks(spec) };
  const sees = (client: string, server: string) =>
    visibleFrom(client, visibility).includes(server) || importersOf(server, spec).includes(client);
  return spec.clusters
    .filter(isPrimary)
    .filter(({ name }) => sees(cluster.name, name) || sees(name, cluster.name));
}

function describe(
  clusters: readonly { readonly name: string }[],
  path: string,
  message: (names: string) => string,
): Problem[] {
  if (clusters.length === 0) return [];
  return [{ path, message: message(clusters.map(({ name }) => name).join(", ")) }];
}

/** The roots of a primary: nothing for a cluster whose certificates cannot be read, which is a problem of its own. */
export function rootsOf(cluster: ClusterSpec, { ca = {} }: MeshSpec): Roots | undefined {
  if (!adopts(cluster, "cacerts")) return CA_SOURCES[sourceOf(ca)].rootsOf(cluster.name, ca);
  const certificates = parseCertificates(cluster.rootCertificate ?? "") ?? [];
  const accepted = certificates.map(({ fingerprint256 }) => fingerprint256);
  const [own, ...others] = accepted;
  if (own === undefined) return undefined;
  // Whether one of the others is a root that is made here shows only once that exists.
  return { own, accepted: [...accepted, ...(others.length > 0 ? [MESH_ROOT] : [])] };
}
