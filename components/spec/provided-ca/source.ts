import { parseCertificates } from "../../pki/certificates";
import { rootOf } from "../../pki/chain";
import type { CaSource, Roots } from "../ca/source";
import type { CaSpec } from "../types";
import { providedCa } from "./rules";

/** CAs that were made elsewhere. */
export const provided: CaSource = {
  key: "provided",
  reads: (setting, { provided: settings }) =>
    READ.includes(setting) || (OF_KEYS.includes(setting) && settings?.signingRequests !== undefined),
  readsOfClusters: [],
  withoutEffect: () => "on CAs that are provided; remove it, or ca.provided",
  problems: providedCa,
  rootsOf,
  acceptedRoots: "ca.provided.rootCertificate",
  signer: () => "ca.provided",
};

/** The organization is that of requests, whenever there are some. */
const READ: readonly string[] = ["organization", "expiryWarningDays"];

/** Settings of the keys for which signatures are asked. */
const OF_KEYS: readonly string[] = ["intermediateAlgorithm"];

function rootsOf(cluster: string, { provided: settings }: CaSpec): Roots | undefined {
  const roots = parseCertificates(settings?.rootCertificate ?? "");
  const { certificate = "", chain = "" } = settings?.intermediates[cluster] ?? {};
  const top = parseCertificates(`${certificate}\n${chain}`)?.at(-1);
  const own = top && rootOf(top, roots ?? []);
  if (roots === undefined || own === undefined) return undefined;
  return { own: own.fingerprint256, accepted: roots.map(({ fingerprint256 }) => fingerprint256) };
}
