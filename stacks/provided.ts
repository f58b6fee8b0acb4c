import type { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { readCertificates, rootOf } from "../components/topology/ca-chain";
import type { MeshRoots } from "../components/topology/root-exchange";
import { firstNextUpdate } from "../components/topology/revocation";
import type {
  ClusterPlan,
  MeshPlan,
  ProvidedCaSpec,
  ProvidedIntermediateSpec,
} from "../components/topology/types";
import { checkExpiry, type ExpiryNotice } from "./expiry";
import type { IssuedTrust } from "./issuer";
import { type CaKeys, keyOf } from "./provided-keys";
import type { RequestedCa } from "./signing-requests";
import type { ClusterTrust } from "./trust";

/** The clusters' signing CAs that were made elsewhere, and the root above them. */
export function providedTrust(
  { ca }: MeshPlan,
  provided: ProvidedCaSpec,
  clusters: readonly ClusterPlan[],
  keys: CaKeys,
  requested: ReadonlyMap<string, RequestedCa>,
): IssuedTrust {
  const notice = (what: string): ExpiryNotice => ({
    what,
    mend: "have a new one made, and put it into ca.provided",
    warningDays: ca.expiryWarningDays,
  });
  const roots = readCertificates(provided.rootCertificate);
  const root = checked(provided.rootCertificate, roots, notice("the mesh's root"));
  const { crl } = provided;
  const nextUpdate = crl === undefined ? undefined : firstNextUpdate(crl);
  if (nextUpdate !== undefined)
    checkExpiry(pulumi.output(nextUpdate), notice("a revocation list of ca.provided.crl"));
  const trusts = clusters.flatMap(({ name }): [string, ClusterTrust][] => {
    const own = provided.intermediates[name];
    if (own === undefined) return [];
    const key = (certificate: X509Certificate) => keyOf(name, certificate, keys, requested);
    return [[name, clusterTrust(name, own, key, provided, notice(`the intermediate CA of ${name}`))]];
  });
  const ends = roots.map(
    ({ validToDate }, index) => [String(index + 1), pulumi.output(validToDate.toISOString())] as const,
  );
  return { trusts: new Map(trusts), root, rootExpiries: Object.fromEntries(ends) };
}

function clusterTrust(
  name: string,
  own: ProvidedIntermediateSpec,
  key: (certificate: X509Certificate) => pulumi.Output<string>,
  provided: ProvidedCaSpec,
  notice: ExpiryNotice,
): ClusterTrust {
  const { rootCertificate, crl } = provided;
  const path = pathOf(own);
  const [signing] = path;
  const root = rootAbove(own, provided);
  return {
    cacerts: {
      caCertificate: signing.toString(),
      caPrivateKey: key(signing),
      certificateChain: joined(root === undefined ? path : [...path, root]),
      roots: rootsOf(name, provided),
      rootCertificate: joined(readCertificates(rootCertificate)),
      ...(crl === undefined ? {} : { crl }),
    },
    notAfter: checked("", path, notice).apply(() => signing.validToDate.toISOString()),
  };
}

/** The signing CA and what is between it and the root. */
function pathOf({
  certificate,
  chain = "",
}: ProvidedIntermediateSpec): [X509Certificate, ...X509Certificate[]] {
  const [signing, ...above] = readCertificates(`${certificate}\n${chain}`);
  if (signing === undefined) throw new Error("a CA of ca.provided has no certificate");
  return [signing, ...above];
}

function rootAbove(
  own: ProvidedIntermediateSpec,
  { rootCertificate }: ProvidedCaSpec,
): X509Certificate | undefined {
  return rootOf(pathOf(own).at(-1) as X509Certificate, readCertificates(rootCertificate));
}

function rootsOf(cluster: string, provided: ProvidedCaSpec): MeshRoots {
  const signer = (own: ProvidedIntermediateSpec | undefined) =>
    (own && rootAbove(own, provided)?.fingerprint256) ?? "";
  const { intermediates, rootCertificate } = provided;
  return {
    trusted: readCertificates(rootCertificate).map(({ fingerprint256 }) => fingerprint256),
    signers: [...new Set(Object.values(intermediates).map(signer))],
    signer: signer(intermediates[cluster]),
  };
}

/** Warns of the first of several certificates that comes to its end. */
function checked(
  pem: string,
  certificates: readonly X509Certificate[],
  notice: ExpiryNotice,
): pulumi.Output<string> {
  const first = Math.min(...certificates.map(({ validToDate }) => validToDate.getTime()));
  return checkExpiry(pulumi.output(new Date(first).toISOString()), notice).apply(() => pem);
}

function joined(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join("");
}
