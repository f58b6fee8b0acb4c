import type * as pulumi from "@pulumi/pulumi";
import { CaSigningRequest } from "../../../components";
import type { MeshPlan, ProvidedCaSpec } from "../../../components/spec/types";
import { placedOf, type Scope } from "../scope";

/** What is to be signed for a cluster, and the keys that its certificate may belong to. */
export interface RequestedCa {
  /** The latest request, PEM. */
  readonly request: pulumi.Output<string>;
  /** Of the request before and of the latest, PEM; secret. */
  readonly keys: readonly pulumi.Output<string>[];
}

/**
 * The requests for CAs whose keys the program makes, by cluster name. The one before the latest is kept, because its
 * certificate is in use until the latest one is signed.
 */
export function signingRequests(
  { ca, clusters }: MeshPlan,
  { signingRequests: requested = {} }: ProvidedCaSpec,
  scope: Scope,
): ReadonlyMap<string, RequestedCa> {
  return new Map(
    Object.entries(requested).map(([clusterName, latest]) => {
      const numbers = latest === 1 ? [1] : [latest - 1, latest];
      const args = {
        clusterName,
        algorithm: ca.intermediateAlgorithm,
        organization: ca.organization,
      };
      const cluster = clusters.find(({ name }) => name === clusterName) ?? { name: clusterName };
      const made = numbers.map((number) => {
        const { name, opts } = placedOf(scope, cluster, `-ca-${number}`);
        return new CaSigningRequest(name, args, opts);
      });
      const { request } = made[made.length - 1] as CaSigningRequest;
      return [clusterName, { request, keys: made.map(({ privateKey }) => privateKey) }];
    }),
  );
}
