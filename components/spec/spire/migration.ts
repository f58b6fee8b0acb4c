import { isPrimary, membersOf } from "../../topology/links";
import { positionOf } from "../../pki/phases";
import { adopts } from "../adopt/adopted";
import { sourceOf } from "../ca/sources";
import type { MeshSpec, Problem } from "../types";

/** The change between istiod's certificates and SPIRE's is one that can be; what live pods allow, a hook asks. */
export function migration(spec: MeshSpec): Problem[] {
  const { provider, migration: phase, verified, abandonPods } = spec.identity ?? {};
  const path = "identity.migration";
  if (phase === undefined) {
    return verified === undefined
      ? []
      : [{ path: "identity.verified", message: "has no effect without identity.migration; remove it" }];
  }
  if (provider !== "spire") {
    const message =
      "has no effect without identity.provider: spire; set that, or remove it where nobody has a certificate of SPIRE any more";
    return [{ path, message }];
  }
  return [
    ...(verified === phase
      ? [
          {
            path: "identity.verified",
            message: `is the phase itself; it says that npm run verify passed in the phase before, which was ${phase === "issue" ? "trust" : "issue"}`,
          },
        ]
      : []),
    ...(abandonPods === undefined
      ? []
      : [
          {
            path: "identity.abandonPods",
            message: `has no meaning in phase ${phase}, in which pods of both kinds are served; remove it`,
          },
        ]),
    ...roots(spec, path),
  ];
}

/** Both roots have to be the program's: it tells each side the other's. */
function roots(spec: MeshSpec, path: string): Problem[] {
  const { upstream: { issuer, secret } = {}, existing } = spec.identity?.spire ?? {};
  const { ca = {} } = spec;
  const adopting = membersOf(spec).filter((cluster) => isPrimary(cluster) && adopts(cluster, "cacerts"));
  return [
    ...(issuer === undefined && secret === undefined && existing === undefined
      ? []
      : [
          {
            path,
            message:
              "needs a root of SPIRE's that the program makes, as others' servers cannot be told to trust istiod's root as well; remove identity.spire.upstream for the time of the migration, and identity.spire.existing for good",
          },
        ]),
    ...(sourceOf(ca) === "generated"
      ? []
      : [
          {
            path,
            message: `needs a root that the program makes for istiods too, to which it adds SPIRE's; with ca.${sourceOf(ca)} take the clusters one by one out of the mesh and in again`,
          },
        ]),
    ...(positionOf(ca.root).phase === "stable"
      ? []
      : [{ path, message: "cannot be beside a change of ca.root; end one of them first" }]),
    ...adopting.map(({ name }) => ({
      path,
      message: `cannot be while the CA of ${name} is somebody else's (adopt: [cacerts]), whose workloads would not trust SPIRE's root`,
    })),
  ];
}
