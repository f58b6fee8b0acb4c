import type { ClusterSpec, IdentitySpec, MeshSpec, SpireSpec } from "../../components";
import { cluster } from "./specs";

/** Two clusters of a trust domain each. */
export const clusters: readonly ClusterSpec[] = [
  cluster(1, { trustDomain: "foo.com" }),
  cluster(2, { trustDomain: "bar.com" }),
];

/** Their mesh with identities as given. */
export const by = (identity: IdentitySpec, changes: Partial<MeshSpec> = {}): MeshSpec => ({
  clusters,
  identity,
  ...changes,
});

/** The same with SPIRE. */
export const spire = (settings: SpireSpec = {}, changes: Partial<MeshSpec> = {}): MeshSpec =>
  by({ provider: "spire", spire: settings }, changes);

/** The same with SPIRE and lists of who federates with whom. */
export const federating = (
  federation: IdentitySpec["federation"],
  changes: Partial<MeshSpec> = {},
): MeshSpec => by({ provider: "spire", federation }, changes);
