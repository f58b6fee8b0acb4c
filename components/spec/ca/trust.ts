import type { X509Certificate } from "node:crypto";
import { parseCertificates } from "../../pki/certificates";
import { rootOf } from "../../pki/chain";
import { isPrimary, linksOf, visibleFrom } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { rootProblems } from "../adopt/rules";
import type { ClusterSpec, MeshSpec, Problem } from "../types";

/** Clusters that send each other requests trust each other's root. */
export function trust(spec: MeshSpec): Problem[] {
  const bundle = (spec.ca?.trustBundle ?? []).flatMap((pem, index) =>
    rootProblems(pem, `ca.trustBundle[${index}]`),
  );
  return [...bundle, ...(bundle.length > 0 ? [] : distrust(spec))];
}

/** The root above a cluster's CA, and those that it accepts. A root that is made here has no text yet. */
interface Roots {
  readonly own: string;
  readonly accepted: readonly string[];
}

const MESH_ROOT = "the mesh's root";

function distrust(spec: MeshSpec): Problem[] {
  const bundle = spec.ca?.provided === undefined ? "ca.trustBundle" : "ca.provided.rootCertificate";
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
  const visibility = { clusters: spec.clusters, links: linksOf(spec) };
  const sees = (client: string, server: string) => visibleFrom(client, visibility).includes(server);
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

/** Nothing for a cluster whose certificates cannot be read, which is a problem of its own. */
function rootsOf(cluster: ClusterSpec, spec: MeshSpec): Roots | undefined {
  if (!adopts(cluster, "cacerts")) return rootsOfOurs(cluster, spec);
  const accepted = (parseCertificates(cluster.rootCertificate ?? "") ?? []).map(print);
  const [own, ...others] = accepted;
  if (own === undefined) return undefined;
  // Whether one of the others is a root that is made here shows only once that exists.
  return { own, accepted: [...accepted, ...(others.length > 0 ? [MESH_ROOT] : [])] };
}

function rootsOfOurs({ name }: ClusterSpec, { ca }: MeshSpec): Roots | undefined {
  if (ca?.provided === undefined) {
    const others = (ca?.trustBundle ?? []).flatMap((pem) => parseCertificates(pem) ?? []);
    return { own: MESH_ROOT, accepted: [MESH_ROOT, ...others.map(print)] };
  }
  const roots = parseCertificates(ca.provided.rootCertificate);
  const { certificate = "", chain = "" } = ca.provided.intermediates[name] ?? {};
  const top = parseCertificates(`${certificate}\n${chain}`)?.at(-1);
  const own = top && rootOf(top, roots ?? []);
  if (roots === undefined || own === undefined) return undefined;
  return { own: print(own), accepted: roots.map(print) };
}

function print(certificate: X509Certificate): string {
  return certificate.fingerprint256;
}
