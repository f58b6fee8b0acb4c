import fc from "fast-check";
import type { IdentitySpec } from "../../components";
import { rare, some, type Vocabulary } from "./mesh-settings";

/** Who issues, and with SPIRE how and between whom. */
export function identities(
  { text, count }: Vocabulary,
  names: readonly string[],
): fc.Arbitrary<IdentitySpec> {
  const upstream = fc.oneof(
    fc.record({ issuer: text("root"), kind: rare(text("Issuer")), group: rare(text("cert-manager.io")) }),
    fc.record({ secret: text("upstream") }),
    fc.record({ rootEpoch: rare(count) }),
  );
  const spire = fc.record({
    existing: rare(
      fc.record({ className: rare(text("mesh")), socketFile: rare(text("socket", "spire-agent.sock")) }),
    ),
    upstream: rare(upstream),
    caTtl: rare(text("24h", "6h")),
    svidTtl: rare(text("1h", "30m")),
    refreshHint: rare(text("5m")),
    storage: rare(fc.record({ size: rare(text("2Gi")), className: rare(text("fast")) })),
    images: rare(fc.record({ server: rare(text("own/server:1")) })),
  });
  return fc.record({
    provider: fc.constantFrom("istiod" as const, "spire" as const, "spire" as const),
    spire: some(spire),
    federation: rare(fc.array(fc.array(text(...names), { maxLength: 3 }), { maxLength: 2 })),
    migration: some(fc.constantFrom("trust" as const, "issue" as const)),
    verified: rare(fc.constantFrom("trust" as const, "issue" as const)),
    abandonPods: rare(fc.boolean()),
  });
}
