import * as pulumi from "@pulumi/pulumi";
import { IntermediateCA, RootCA, type SpireServerArgs } from "../../../components";
import { joined } from "../../../components/pki/certificates";
import { spireRootName } from "../../../components/spec/spire/phases";
import type { MeshPlan, SpirePlan } from "../../../components/spec/types";
import { named, type Site } from "../providers";
import { placed, placedOf, type Scope } from "../scope";
import { type Ending, watchExpiries } from "../trust/expiry";

/** Who signs the CA of a cluster's server, as its component takes it. */
export type Upstream = Pick<
  SpireServerArgs,
  | "issuerName"
  | "issuerKind"
  | "issuerGroup"
  | "upstreamSecret"
  | "upstreamCertificate"
  | "upstreamPrivateKey"
  | "upstreamRoot"
>;

/** The roots that the program makes for SPIRE, by trust domain; none where others sign. */
export type SpireRoots = ReadonlyMap<string, RootCA>;

export function spireRoots(mesh: MeshPlan, scope: Scope): SpireRoots {
  const { spire } = mesh;
  if (spire === undefined || spire.existing !== undefined) return new Map();
  const {
    upstream: { issuer, secret, rootEpoch },
    clusters,
  } = spire;
  if (issuer !== undefined || secret !== undefined) return new Map();
  const domains = [...new Set(clusters.map(({ trustDomain }) => trustDomain))];
  return new Map(domains.map((domain) => [domain, rootOf(domain, rootEpoch, mesh, scope)]));
}

/**
 * Who signs in each cluster; the CAs of the program are made here.
 *
 * @param meshRoot - the root above istiods' CAs, which SPIRE's servers tell too where both are to be trusted
 */
export function upstreamsOf(
  mesh: MeshPlan,
  { upstream, clusters, migration }: SpirePlan,
  sites: ReadonlyMap<string, Site>,
  roots: SpireRoots,
  meshRoot: pulumi.Output<string> | undefined,
): ReadonlyMap<string, Upstream> {
  const { issuer, secret, rootEpoch } = upstream;
  if (issuer !== undefined) {
    const { name: issuerName, kind: issuerKind, group: issuerGroup } = issuer;
    return new Map(clusters.map(({ cluster }) => [cluster, { issuerName, issuerKind, issuerGroup }]));
  }
  if (secret !== undefined)
    return new Map(clusters.map(({ cluster }) => [cluster, { upstreamSecret: secret }]));
  const cas = clusters.map(({ cluster, trustDomain }) => {
    const ca = intermediateOf(named(sites, cluster), named(roots, trustDomain), rootEpoch, mesh);
    return { cluster, ca, root: named(roots, trustDomain) };
  });
  const endings = cas.map(({ cluster, ca: { notAfter } }): Ending => ({
    what: `the CA above SPIRE's in ${cluster}`,
    notAfter,
    mend: "raise identity.spire.upstream.rootEpoch",
  }));
  watchExpiries(endings, mesh.ca.expiryWarningDays);
  return new Map(
    cas.map(({ cluster, ca, root }) => [
      cluster,
      {
        upstreamCertificate: ca.certificate,
        upstreamPrivateKey: ca.privateKey,
        upstreamRoot:
          migration === undefined || meshRoot === undefined
            ? root.certificate
            : pulumi.all([root.certificate, meshRoot]).apply(joined),
      },
    ]),
  );
}

/** Not protected as the mesh's root is: servers take up another one by themselves, and still tell of the one before. */
function rootOf(trustDomain: string, epoch: number, { ca }: MeshPlan, scope: Scope): RootCA {
  const { name, opts } = placed(scope, `spire-root.${trustDomain}${suffixOf(epoch)}`);
  const args = {
    algorithm: ca.rootAlgorithm,
    validityDays: ca.rootValidityDays,
    organization: ca.organization,
    commonName: spireRootName(trustDomain, epoch),
    maxPathLength: 2,
  };
  return new RootCA(name, args, opts);
}

function intermediateOf(
  { scope, plan }: Site,
  root: RootCA,
  epoch: number,
  { ca }: MeshPlan,
): IntermediateCA {
  const { name, opts } = placedOf(scope, plan, `-spire-ca${suffixOf(epoch)}`);
  const args = {
    clusterName: plan.name,
    rootCertificate: root.certificate,
    rootPrivateKey: root.privateKey,
    rootNotAfter: root.notAfter,
    algorithm: ca.intermediateAlgorithm,
    validityDays: ca.intermediateValidityDays,
    organization: ca.organization,
  };
  return new IntermediateCA(name, args, opts);
}

function suffixOf(epoch: number): string {
  return epoch === 1 ? "" : `.${epoch}`;
}
