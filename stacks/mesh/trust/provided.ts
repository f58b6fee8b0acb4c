import type { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { readCertificates, rootOf } from "../../../components/pki/chain";
import { firstNextUpdate } from "../../../components/pki/revocation";
import type { ProvidedIntermediateSpec } from "../../../components/spec/types";
import { checkExpiry, type ExpiryNotice } from "./expiry";
import { keyOf } from "./keys";
import { signingRequests } from "./requests";
import type { ClusterTrust, Trust, TrustInput } from "./trust";

/** The clusters' signing CAs that were made elsewhere, and the root above them. */
export function providedTrust({ plan, signing, scope, keys }: TrustInput): Trust {
  const { ca } = plan;
  const { provided } = ca;
  if (provided === undefined) throw new Error("the plan has no provided CAs");
  const requested = signingRequests(plan, provided, scope);
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
  const chains = new Map(
    Object.entries(provided.intermediates).map(([name, own]) => [name, chainOf(own, roots)]),
  );
  const mesh = {
    trusted: roots.map(({ fingerprint256 }) => fingerprint256),
    signers: [...new Set([...chains.values()].map(signerOf))],
  };
  const trusts = signing.flatMap(({ name }): [string, ClusterTrust][] => {
    const chain = chains.get(name);
    if (chain === undefined) return [];
    const { path, root: top } = chain;
    const [certificate] = path;
    const cacerts = {
      caCertificate: certificate.toString(),
      caPrivateKey: keyOf(name, certificate, keys, requested),
      certificateChain: joined(top === undefined ? path : [...path, top]),
      roots: { ...mesh, signer: signerOf(chain) },
      rootCertificate: joined(roots),
      ...(crl === undefined ? {} : { crl }),
    };
    const end = checked(
      certificate.validToDate.toISOString(),
      path,
      notice(`the intermediate CA of ${name}`),
    );
    return [[name, { cacerts, notAfter: end }]];
  });
  const ends = roots.map(
    ({ validToDate }, index) => [String(index + 1), pulumi.output(validToDate.toISOString())] as const,
  );
  return {
    clusters: new Map(trusts),
    root,
    rootExpiries: Object.fromEntries(ends),
    signingRequests: Object.fromEntries([...requested].map(([name, { request }]) => [name, request])),
  };
}

/** What leads from a cluster's CA to its root. */
interface Chain {
  /** The signing CA, and what is between it and the root. */
  readonly path: readonly [X509Certificate, ...X509Certificate[]];
  readonly root: X509Certificate | undefined;
}

function chainOf(
  { certificate, chain = "" }: ProvidedIntermediateSpec,
  roots: readonly X509Certificate[],
): Chain {
  const [signing, ...above] = readCertificates(`${certificate}\n${chain}`);
  if (signing === undefined) throw new Error("a CA of ca.provided has no certificate");
  return { path: [signing, ...above], root: rootOf(above.at(-1) ?? signing, roots) };
}

function signerOf({ root }: Chain): string {
  return root?.fingerprint256 ?? "";
}

/** A text, with a warning of the first of several certificates that comes to its end. */
function checked(
  text: string,
  certificates: readonly X509Certificate[],
  notice: ExpiryNotice,
): pulumi.Output<string> {
  const first = Math.min(...certificates.map(({ validToDate }) => validToDate.getTime()));
  return checkExpiry(pulumi.output(new Date(first).toISOString()), notice).apply(() => text);
}

function joined(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join("");
}
