import type { CaSource } from "../ca/source";
import { rootToBeMade } from "../generated-ca/source";
import { issuer as problems } from "./rules";

/** A cert-manager issuer, which has the root. */
export const issuer: CaSource = {
  key: "issuer",
  reads: (setting, ca) => ASKED_FOR.includes(setting) || (COPIED.includes(setting) && isOneForAll(ca)),
  readsOfClusters: [],
  withoutEffect: (setting) =>
    setting !== undefined && COPIED.includes(setting)
      ? "with an issuer in each cluster, where cert-manager alone writes the CA; set ca.issuer.cluster or remove it"
      : "with ca.issuer, which has the root and renews the CAs; remove one of the two",
  problems,
  rootsOf: (_cluster, ca) => rootToBeMade(ca),
  acceptedRoots: "ca.trustBundle",
  signer: (ca) => (isOneForAll(ca) ? "ca.issuer in one cluster" : "ca.issuer in each cluster"),
};

/** Settings that each Certificate asks for. */
const ASKED_FOR: readonly string[] = ["intermediateAlgorithm", "intermediateValidityDays", "organization"];

/** Settings of what the program copies from the issuer's cluster to the others. */
const COPIED: readonly string[] = ["trustBundle", "expiryWarningDays"];

function isOneForAll({
  issuer: settings,
}: {
  readonly issuer?: { readonly cluster?: string | undefined } | undefined;
}): boolean {
  return settings?.cluster !== undefined;
}
