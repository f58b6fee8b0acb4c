import type { CaSpec } from "../types";

/** A secret with the private key of a cluster's provided CA. */
export interface CaKeySecret {
  readonly cluster: string;
  /** Name of the secret. */
  readonly secret: string;
  /** Where the spec names it. */
  readonly path: string;
}

/** The secrets that a spec names; keys that the program makes are in none. */
export function caKeySecrets({ provided }: CaSpec = {}): CaKeySecret[] {
  return Object.entries(provided?.intermediates ?? {}).flatMap(([cluster, { privateKeySecret: secret }]) =>
    secret === undefined
      ? []
      : [{ cluster, secret, path: `ca.provided.intermediates.${cluster}.privateKeySecret` }],
  );
}
