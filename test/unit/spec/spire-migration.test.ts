import { describe, expect, test } from "vitest";
import { type IdentitySpec, type MeshSpec, planMesh, validateMesh } from "../../../components";
import { testRules } from "../../support/rules";
import { by, spire } from "../../support/spire-specs";

const trust = (identity: IdentitySpec = {}, changes: Partial<MeshSpec> = {}) =>
  by({ provider: "spire", migration: "trust", ...identity }, changes);

describe("a migration", () => {
  testRules({
    "without SPIRE": {
      bad: by({ migration: "trust" }),
      path: "identity.migration",
      message: "has no effect without identity.provider: spire",
      good: trust(),
    },
    "a word about none": {
      bad: by({ provider: "spire", verified: "issue" }),
      path: "identity.verified",
      message: "has no effect without identity.migration",
      good: trust({ verified: "issue" }),
    },
    "a word about the phase itself": {
      bad: trust({ migration: "issue", verified: "issue" }),
      path: "identity.verified",
      message: "passed in the phase before, which was trust",
      good: trust({ migration: "issue", verified: "trust" }),
    },
    "pods left behind in the middle": {
      bad: trust({ abandonPods: true }),
      path: "identity.abandonPods",
      message: "has no meaning in phase trust",
      good: by({ provider: "spire", abandonPods: true }),
    },
    "a root of SPIRE's that the program does not make": {
      bad: trust({ spire: { upstream: { issuer: "root" } } }),
      path: "identity.migration",
      message: "remove identity.spire.upstream for the time of the migration",
      good: spire({ upstream: { issuer: "root" } }),
    },
    "CAs of istiods that an issuer signs": {
      bad: trust({}, { ca: { issuer: { name: "root", kind: "ClusterIssuer" } } }),
      path: "identity.migration",
      message: "needs a root that the program makes for istiods too",
      good: spire({}, { ca: { issuer: { name: "root", kind: "ClusterIssuer" } } }),
    },
    "a change of the root beside it": {
      bad: trust({}, { ca: { root: { generation: 2, phase: "trust-both" } } }),
      path: "identity.migration",
      message: "cannot be beside a change of ca.root",
      good: trust({}, { ca: { root: { generation: 2 } } }),
    },
  });

  test("lets istiod's certificates have the lifetime that they had", () => {
    expect(validateMesh(trust({}, { workloadCertificates: { ttlMinutes: 60 } }))).toEqual([]);
  });

  test("is in the plan, with a database of the servers for each pair of roots", () => {
    expect(planMesh(trust()).spire?.migration).toEqual({ phase: "trust", database: "migration-1-1" });
    const later = trust(
      { migration: "issue", verified: "trust", spire: { upstream: { rootEpoch: 3 } } },
      { ca: { root: { generation: 2 } } },
    );
    expect(planMesh(later)).toMatchObject({
      identity: { phase: "issue", rootEpoch: 3, verified: "trust", abandonPods: false },
      spire: { migration: { phase: "issue", database: "migration-2-3" } },
    });
    expect(planMesh(spire()).spire).not.toHaveProperty("migration");
  });
});
