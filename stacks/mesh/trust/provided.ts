import type { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { readCertificates, rootOf } from "../../../components/pki/chain";
import { firstNextUpdate } from "../../../components/pki/revocation";
import type { ProvidedCaSpec, ProvidedIntermediateSpec } from "../../../components/spec/types";
import type { Ending } from "./expiry";
import { keyOf } from "./keys";
import { signingRequests } from "./requests";
import type { ClusterTrust, Trust, TrustInput } from "./trust";

/** The clusters' signing CAs that were made elsewhere, and the root above them. */
export function providedTrust({ plan, signing, scope, keys }: TrustInput): Trust {
  const { provided } = plan.ca;
  if (provided === undefined) throw new Error("the plan has no provided CAs");
  const requested = signingRequests(plan, provided, scope);
  const roots = readCertificates(provided.rootCertificate);
  const { crl } = provided;
  const chains = new Map(
    Object.entries(provided.intermediates).map(([name, own]) => [name, chainOf(own, roots)]),
  );
  const mesh = {
    trusted: roots.map(({ fingerprint256 }) => fingerprint256),
    signers: [...new Set([...chains.values()].map(signerOf))],
  };
  const own = signing.flatMap(({ name }) => {
    const chain = chains.get(name);
    return chain === undefined ? [] : [{ name, chain }];
  });
  const trusts = own.map(({ name, chain }): [string, ClusterTrust] => {
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
    return [name, { cacerts, notAfter: firstEnd([certificate]) }];
  });
  const ends = roots.map((root, index) => [String(index + 1), firstEnd([root])] as const);
  return {
    clusters: new Map(trusts),
    root: pulumi.output(provided.rootCertificate),
    rootExpiries: Object.fromEntries(ends),
    endings: [
      ...rootEndings(roots, mesh.signers),
      ...own.map(({ name, chain: { path } }) => ending(`the intermediate CA of ${name}`, firstEnd(path))),
      ...crlEnding(provided),
    ],
    signingRequests: Object.fromEntries([...requested].map(([name, { request }]) => [name, request])),
  };
}

function ending(what: string, notAfter: pulumi.Output<string>): Ending {
  return { what, notAfter, mend: "have a new one made, and put it into ca.provided" };
}

function rootEndings(roots: readonly X509Certificate[], signers: readonly string[]): Ending[] {
  return roots.map((root, index) => {
    const alone = roots.length === 1;
    const own = ending(
      alone ? "the mesh's root" : `root ${index + 1} of ca.provided.rootCertificate`,
      firstEnd([root]),
    );
    // Trusted beside the one that signs, before or after an exchange: nothing breaks with it.
    const isLeaving = !alone && !signers.includes(root.fingerprint256);
    return isLeaving ? { ...own, isLeaving, mend: "no CA is under it, so take it out" } : own;
  });
}

function crlEnding({ crl }: ProvidedCaSpec): Ending[] {
  const nextUpdate = crl === undefined ? undefined : firstNextUpdate(crl);
  if (nextUpdate === undefined) return [];
  return [ending("a revocation list of ca.provided.crl", pulumi.output(nextUpdate))];
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

/** When the first of several certificates comes to its end, RFC 3339. */
function firstEnd(certificates: readonly X509Certificate[]): pulumi.Output<string> {
  const first = Math.min(...certificates.map(({ validToDate }) => validToDate.getTime()));
  return pulumi.output(new Date(first).toISOString());
}

function joined(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join("");
}
