import type { RootPhase } from "../../pki/phases";

/**
 * Which root the mesh has. It is replaced by one phase after the other, each run to its end by `pulumi up`; a preview
 * refuses any other order. docs/rotation.md is the runbook.
 */
export interface RootSpec {
  /** Number of the newest root, one more with each rotation. @default 1 */
  readonly generation?: number | undefined;
  /**
   * How far the change to it has got. `trust-both`: every cluster trusts the old and the new root, and the old one
   * signs. `sign-new`: the new one signs. `drop-old`: only the new one is trusted. `stable`: there is no other.
   * @default "stable"
   */
  readonly phase?: RootPhase | undefined;
  /**
   * Says that `npm run verify` passed in the phase before: `trust-both` for `sign-new`, `sign-new` for `drop-old`, which
   * would both break connections that it would have found.
   * @default - none; the other phases take none
   */
  readonly verified?: RootPhase | undefined;
}
