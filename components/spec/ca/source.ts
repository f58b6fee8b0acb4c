import type { CaPlan, CaSpec } from "./types";
import type { MeshSpec } from "../mesh/types";
import type { Problem } from "../problem";

/** Settings of one cluster for its CA. */
export type ClusterCaKey = "intermediateEpoch" | "intermediateValidityDays";

/** Where the CAs of a mesh come from, as far as the config tells. Every source is described by one of these. */
export interface CaSource {
  /** The key of `ca` that asks for it. @default - none: it is there where nobody asks for another one */
  readonly key?: keyof CaSpec;
  /** Whether a setting beside that key has an effect with it; one that has none is refused. */
  readonly reads: (setting: keyof CaSpec, ca: CaSpec) => boolean;
  /** The settings of single clusters that have one. */
  readonly readsOfClusters: readonly ClusterCaKey[];
  /** Why a setting of `ca`, or of a cluster, has none, and how to mend that; completes "has no effect". */
  readonly withoutEffect: (setting?: keyof CaSpec) => string;
  /** Problems of the settings that do. */
  readonly problems: (spec: MeshSpec) => Problem[];
  /** What a cluster whose CA is from it is under and accepts; nothing while the settings are wrong. */
  readonly rootsOf: (cluster: string, ca: CaSpec) => Roots | undefined;
  /** Where further roots are added that clusters accept. */
  readonly acceptedRoots: string;
  /** What signs, in words. In the state of every stack, so these stay as they are. */
  readonly signer: (ca: CaPlan) => string;
}

/** Roots by their SHA-256; one that is yet to be made goes by `MESH_ROOT`. */
export interface Roots {
  /** The root above a cluster's CA. */
  readonly own: string;
  readonly accepted: readonly string[];
}

/** The root that the program makes, or an issuer has: it has no text yet. */
export const MESH_ROOT = "the mesh's root";
