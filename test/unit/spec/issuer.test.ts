import { describe, expect, test } from "vitest";
import { type CaIssuerSpec, type CaSpec, type MeshSpec, planMesh, validateMesh } from "../../../components";
import { selfSigned } from "../../support/pki";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, mesh } from "../../support/specs";

const issued = (issuer: Partial<CaIssuerSpec> = {}, ca: CaSpec = {}): MeshSpec =>
  mesh(2, { ca: { ...ca, issuer: { name: "mesh-root", ...issuer } } });

const rows: Record<string, RuleCase> = {
  "a root's algorithm beside an issuer": {
    bad: issued({}, { rootAlgorithm: "RSA-4096" }),
    path: "ca.rootAlgorithm",
    message: "has no effect with ca.issuer",
    good: issued({}, { intermediateAlgorithm: "RSA-4096" }),
  },
  "a root's lifetime beside an issuer": {
    bad: issued({}, { rootValidityDays: 3650 }),
    path: "ca.rootValidityDays",
    message: "has no effect with ca.issuer",
    good: issued({}, { intermediateValidityDays: 7300 }),
  },
  "a root's protection beside an issuer": {
    bad: issued({}, { protectRoot: false }),
    path: "ca.protectRoot",
    message: "has no effect with ca.issuer",
    good: issued({}, { organization: "Example" }),
  },
  "a root's rotation beside an issuer": {
    bad: issued({}, { root: { generation: 2 } }),
    path: "ca.root",
    message: "has no effect with ca.issuer",
    good: mesh(2, { ca: { root: { generation: 2 } } }),
  },
  "an intermediate's rotation beside an issuer": {
    bad: issued({}, { intermediateEpoch: 2 }),
    path: "ca.intermediateEpoch",
    message: "has no effect with ca.issuer",
    good: mesh(2, { ca: { intermediateEpoch: 2 } }),
  },
  "one cluster's rotation beside an issuer": {
    bad: { ...issued(), clusters: [cluster(1, { intermediateEpoch: 2 })] },
    path: "clusters[0].intermediateEpoch",
    message: "has no effect with ca.issuer",
    good: { clusters: [cluster(1, { intermediateEpoch: 2 })] },
  },
  "a warning of an expiry that the program does not see": {
    bad: issued({}, { expiryWarningDays: 10 }),
    path: "ca.expiryWarningDays",
    message: "has no effect with an issuer in each cluster",
    good: issued({ cluster: "cluster1" }, { expiryWarningDays: 10 }),
  },
  "an issuer in a cluster that the mesh has not": {
    bad: issued({ cluster: "cluster3" }),
    path: "ca.issuer.cluster",
    message: `is "cluster3", which is no cluster of the mesh; it has cluster1, cluster2`,
    good: issued({ cluster: "cluster2" }),
  },
  "an Issuer of an unnamed namespace": {
    bad: issued({ kind: "Issuer", cluster: "cluster1" }),
    path: "ca.issuer.namespace",
    message: "an Issuer serves its own namespace only; name that",
    good: issued({ kind: "Issuer", cluster: "cluster1", namespace: "pki" }),
  },
  "a namespace for Certificates that are in the system's": {
    bad: issued({ namespace: "pki" }),
    path: "ca.issuer.namespace",
    message: "has no effect without ca.issuer.cluster",
    good: issued({ kind: "Issuer" }),
  },
  "a renewal before the CA begins": {
    bad: issued({ renewBeforeDays: 30 }, { intermediateValidityDays: 30 }),
    path: "ca.issuer.renewBeforeDays",
    message: "is 30, but CAs are valid for 30 days only (ca.intermediateValidityDays); lower it",
    good: issued({ renewBeforeDays: 29 }, { intermediateValidityDays: 30 }),
  },
  "a renewal when what the CA signs would outlive it": {
    bad: { ...issued({ renewBeforeDays: 1 }), workloadCertificates: { ttlMinutes: 2880 } },
    path: "ca.issuer.renewBeforeDays",
    message:
      "is 1, so a CA is renewed with less left than the 2 days that workload certificates live; raise it to 2",
    good: { ...issued({ renewBeforeDays: 2 }), workloadCertificates: { ttlMinutes: 2880 } },
  },
  "a CA so short that it would be renewed after its last full day": {
    bad: issued({}, { intermediateValidityDays: 2 }),
    path: "ca.intermediateValidityDays",
    message:
      "is 2, so a CA is renewed with less left than the 1 days that workload certificates live; raise it to 3",
    good: issued({ renewBeforeDays: 1 }, { intermediateValidityDays: 2 }),
  },
};

describe("validateMesh reports", () => testRules(rows));

test("validateMesh reports other roots beside what cert-manager alone writes", async () => {
  const ca = { trustBundle: [await selfSigned("Other root")] };
  expect(validateMesh(issued({}, ca))).toEqual([
    {
      path: "ca.trustBundle",
      message: expect.stringContaining("has no effect with an issuer in each cluster"),
    },
  ]);
  expect(validateMesh(issued({ cluster: "cluster1" }, ca))).toEqual([]);
});

test("an issuer's root sets no limit to the CAs under it that a plan could see", () => {
  const long = { intermediateValidityDays: 5000 };
  expect(validateMesh(mesh(1, { ca: long }))).toHaveLength(1);
  expect(validateMesh(issued({}, long))).toEqual([]);
});

test("an issuer is a ClusterIssuer of cert-manager unless something else is said", () => {
  expect(planMesh(issued()).ca.issuer).toEqual({
    name: "mesh-root",
    kind: "ClusterIssuer",
    group: "cert-manager.io",
  });
  expect(
    planMesh(issued({ kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" })).ca.issuer,
  ).toEqual({ name: "mesh-root", kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" });
  expect(planMesh(mesh(1)).ca).not.toHaveProperty("issuer");
});
