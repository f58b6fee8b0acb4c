import { parseCertificates } from "../../pki/certificates";
import { type CaSource, MESH_ROOT, type Roots } from "../ca/source";
import type { CaSpec } from "../types";
import { generatedCa } from "./rules";

/** A root that the program makes, and a CA for each cluster under it: what there is unless another source is asked for. */
export const generated: CaSource = {
  reads: () => true,
  readsOfClusters: ["intermediateEpoch", "intermediateValidityDays"],
  withoutEffect: () => "",
  problems: generatedCa,
  rootsOf: (_cluster, ca) => rootToBeMade(ca),
  acceptedRoots: "ca.trustBundle",
  signer: () => "a generated root",
};

/** A root of which there is no text yet, and the others that are accepted beside it. */
export function rootToBeMade({ trustBundle = [] }: CaSpec): Roots {
  const others = trustBundle.flatMap((pem) => parseCertificates(pem) ?? []);
  return { own: MESH_ROOT, accepted: [MESH_ROOT, ...others.map(({ fingerprint256 }) => fingerprint256)] };
}
