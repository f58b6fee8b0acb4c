import type { CaKeyAlgorithm } from "../ca/algorithm";
import type { RootSpec } from "./root";

/** What is said of a root that the program makes, and of the intermediates under it. */
export interface GeneratedCaSpec {
  /** Key algorithm of the root; like `rootValidityDays` and the roots' `organization` for roots yet to be made: one that exists keeps its own. @default "ECDSA-P384" */
  readonly rootAlgorithm?: CaKeyAlgorithm | undefined;
  /** Lifetime of the root in days. @default 3650 */
  readonly rootValidityDays?: number | undefined;
  /** Whether Pulumi refuses to delete or replace the root's key and certificate. @default true */
  readonly protectRoot?: boolean | undefined;
  /** Raised by one, it gives every cluster a new intermediate with a new key; the root stays. @default 1 */
  readonly intermediateEpoch?: number | undefined;
  readonly root?: RootSpec | undefined;
}
