import { describe, expect, test } from "vitest";
import type { IdentityPhase, IdentityPosition } from "../../../components";
import {
  droppedIssuer,
  formatRecord,
  identityPosition,
  parseRecord,
  refuseIdentityMove,
  resetsServers,
} from "../../../components/spec/spire/phases";

const PHASES: readonly IdentityPhase[] = ["istiod", "trust", "issue", "spire"];

const at = (phase: IdentityPhase, rootEpoch = 1): IdentityPosition =>
  phase === "trust" || phase === "issue" ? { phase, rootEpoch } : { phase };

describe("a position", () => {
  test.each([
    [undefined, "istiod"],
    [{ provider: "istiod" }, "istiod"],
    [{ provider: "spire" }, "spire"],
    [{ provider: "spire", migration: "trust" }, "trust"],
    [{ provider: "spire", migration: "issue" }, "issue"],
  ] as const)("of %j is %s", (identity, phase) => {
    expect(identityPosition(identity)).toEqual(at(phase));
  });

  test("is read from a record as it is written, and from those that there were before", () => {
    for (const phase of PHASES) {
      const position = at(phase, 3);
      expect(parseRecord(formatRecord("foo.com", position))).toEqual({ trustDomain: "foo.com", position });
    }
    expect(formatRecord("foo.com", at("istiod"))).toBe("foo.com");
    expect(formatRecord("foo.com", at("spire"))).toBe("foo.com; identities by SPIRE");
  });
});

describe("a mesh", () => {
  const pairs = PHASES.flatMap((from) => PHASES.map((to) => [from, to] as const));

  test.each(pairs)("goes from %s to %s only if one follows the other", (from, to) => {
    const distance = Math.abs(PHASES.indexOf(from) - PHASES.indexOf(to));
    const refusal = refuseIdentityMove(at(from), at(to), from);
    expect(refusal === undefined).toBe(distance <= 1);
  });

  test.each([
    ["istiod", "spire", "set identity to { provider: spire, migration: trust } first"],
    ["istiod", "issue", "set identity to { provider: spire, migration: trust } first"],
    ["spire", "istiod", "set identity to { provider: spire, migration: issue } first"],
    ["spire", "trust", "set identity to { provider: spire, migration: issue } first"],
    ["trust", "spire", "set identity to { provider: spire, migration: issue } first"],
    ["issue", "istiod", "set identity to { provider: spire, migration: trust } first"],
  ] as const)("that would go from %s to %s is told the phase between", (from, to, mend) => {
    expect(refuseIdentityMove(at(from), at(to), from)).toContain(mend);
  });

  test("has another issuer only once everybody trusts both, as its user says", () => {
    expect(refuseIdentityMove(at("trust"), at("issue"))).toContain("identity.verified must be trust");
    expect(refuseIdentityMove(at("issue"), at("trust"), "trust")).toContain(
      "identity.verified must be issue",
    );
    expect(refuseIdentityMove(at("issue"), at("spire"))).toBeUndefined();
    expect(refuseIdentityMove(at("spire"), at("issue"))).toBeUndefined();
  });

  test("keeps SPIRE's root until one side alone is trusted", () => {
    for (const to of ["trust", "issue"] as const)
      expect(refuseIdentityMove(at("trust", 1), at(to, 2), "trust")).toContain(
        "rootEpoch cannot change from 1 to 2",
      );
  });

  test("drops an issuer, and has servers begin anew, where the one side alone is left", () => {
    const told = pairs.flatMap(([from, to]) => {
      const dropped = droppedIssuer(from, to);
      return dropped === undefined ? [] : [`${from} ${to} ${dropped}`];
    });
    expect(told).toEqual(["trust istiod spire", "issue spire istiod"]);
    expect(pairs.filter(([from, to]) => resetsServers(from, to))).toEqual([
      ["issue", "spire"],
      ["spire", "issue"],
    ]);
  });
});
