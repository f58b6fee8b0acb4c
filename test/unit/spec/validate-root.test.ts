import { describe, expect, test } from "vitest";
import { type ClusterSpec, type MeshSpec, planMesh, type RootSpec, validateMesh } from "../../../components";
import { selfSigned } from "../../support/pki";
import { cluster, mesh } from "../../support/specs";

const root = (settings: RootSpec) => mesh(1, { ca: { root: settings } });
const ttl = (ttlMinutes: number, intermediateValidityDays = 730) =>
  mesh(1, { workloadCertificates: { ttlMinutes }, ca: { intermediateValidityDays } });
const withEpoch = (intermediateEpoch: number | undefined): MeshSpec => ({
  clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"], intermediateEpoch })],
});

const withValidity = (intermediateValidityDays: number | undefined, index = 0): MeshSpec => ({
  clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })].map((own, place) =>
    place === index ? { ...own, intermediateValidityDays } : own,
  ),
});

const rows: Record<string, { bad: MeshSpec; path: string; message: string; good: MeshSpec }> = {
  "a rotation of the first root to itself": {
    bad: root({ phase: "trust-both" }),
    path: "ca.root.generation",
    message: "is 1, but phase trust-both is about the change to another root; raise it by one, to 2",
    good: root({ generation: 2, phase: "trust-both" }),
  },
  "a signer that nobody has looked for trust in": {
    bad: root({ generation: 2, phase: "sign-new" }),
    path: "ca.root.verified",
    message: "must be trust-both for phase sign-new; run pulumi up in phase trust-both, then npm run verify",
    good: root({ generation: 2, phase: "sign-new", verified: "trust-both" }),
  },
  "a root that is dropped on the word of the phase before the last": {
    bad: root({ generation: 2, phase: "drop-old", verified: "trust-both" }),
    path: "ca.root.verified",
    message: "must be sign-new for phase drop-old",
    good: root({ generation: 2, phase: "drop-old", verified: "sign-new" }),
  },
  "a word that is left over": {
    bad: root({ generation: 3, phase: "trust-both", verified: "sign-new" }),
    path: "ca.root.verified",
    message: "has no meaning in phase trust-both; remove it",
    good: root({ generation: 3, phase: "trust-both" }),
  },
  "a word where there is no rotation": {
    bad: root({ generation: 2, verified: "drop-old" }),
    path: "ca.root.verified",
    message: "has no meaning in phase stable",
    good: root({ generation: 2 }),
  },
  "an epoch of a cluster that signs nothing": {
    bad: withEpoch(2),
    path: "clusters[1].intermediateEpoch",
    message: "is set, but cluster2 is a remote, whose certificates are signed by cluster1; set it there",
    good: withEpoch(undefined),
  },
  "a lifetime of the CA of a cluster that signs nothing": {
    bad: withValidity(30, 1),
    path: "clusters[1].intermediateValidityDays",
    message: "is set, but cluster2 is a remote, whose certificates are signed by cluster1; set it there",
    good: withValidity(30),
  },
  "a CA of one cluster that outlives the root": {
    bad: withValidity(3651),
    path: "clusters[0].intermediateValidityDays",
    message: "is 3651, so intermediates would outlive the root (3650 days)",
    good: withValidity(3650),
  },
  "a lifetime of a CA that others sign": {
    bad: { ...withValidity(30), ca: { issuer: { name: "vault" } } },
    path: "clusters[0].intermediateValidityDays",
    message: "has no effect with ca.issuer, which has the root and renews the CAs; remove one of the two",
    good: { ...withValidity(undefined), ca: { issuer: { name: "vault" } } },
  },
  "a lifetime too short to renew in": {
    bad: ttl(1),
    path: "workloadCertificates.ttlMinutes",
    message: "is 1; use 2 to 129600",
    good: ttl(2),
  },
  "a lifetime that istiod refuses": {
    bad: ttl(129601),
    path: "workloadCertificates.ttlMinutes",
    message: "is 129601; use 2 to 129600",
    good: ttl(129600),
  },
  "a lifetime beyond the intermediate's": {
    bad: ttl(1441, 1),
    path: "workloadCertificates.ttlMinutes",
    message: "is 1441; use 2 to 1440",
    good: ttl(1440, 1),
  },
};

describe("validateMesh reports", () => {
  test.each(Object.entries(rows))("%s, and only that", (_, { bad, path, message, good }) => {
    expect(validateMesh(bad)).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(validateMesh(good)).toEqual([]);
  });

  test("an epoch of a CA that is somebody else's, and only that", async () => {
    const existing: Partial<ClusterSpec> = { adopt: ["istiod"], rootCertificate: await selfSigned() };
    const spec = (changes: Partial<ClusterSpec>) => ({ clusters: [cluster(1, { ...existing, ...changes })] });
    const message = "is set, but the CA of cluster1 is somebody else's; remove it";
    expect(validateMesh(spec({ intermediateEpoch: 2 }))).toEqual([
      { path: "clusters[0].intermediateEpoch", message },
    ]);
    expect(validateMesh(spec({}))).toEqual([]);
  });
});

describe("the plan", () => {
  test("names each cluster's intermediate by both epochs, so that neither hides the other", () => {
    const clusters = [cluster(1), cluster(2, { intermediateEpoch: 3 })];
    const epochs = (spec: MeshSpec) =>
      planMesh(spec).clusters.map(({ intermediateEpoch }) => intermediateEpoch);
    expect(epochs({ clusters })).toEqual(["1.1", "1.3"]);
    expect(epochs({ clusters, ca: { intermediateEpoch: 2 } })).toEqual(["2.1", "2.3"]);
  });
});
