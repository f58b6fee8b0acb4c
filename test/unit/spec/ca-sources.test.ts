import { describe, expect, test } from "vitest";
import { type CaSpec, type ClusterSpec, validateMesh } from "../../../components";
import { CA_SOURCES, type CaSourceName, sourceOf } from "../../../components/spec/ca/sources";
import { cluster } from "../../support/specs";

/** A value of the right type for every setting of CAs. */
const SETTINGS: Required<Omit<CaSpec, "provided" | "issuer">> = {
  rootAlgorithm: "RSA-4096",
  rootValidityDays: 4000,
  intermediateAlgorithm: "RSA-4096",
  intermediateValidityDays: 700,
  organization: "Example",
  protectRoot: false,
  trustBundle: [],
  intermediateEpoch: 2,
  expiryWarningDays: 10,
  root: { generation: 2 },
};
const OF_CLUSTERS = { intermediateEpoch: 2, intermediateValidityDays: 600 } satisfies Partial<ClusterSpec>;

const ALL = [
  ...Object.keys(SETTINGS).map((key) => `ca.${key}`),
  ...Object.keys(OF_CLUSTERS).map((key) => `clusters[0].${key}`),
];

const ASKING: Record<string, { ca: CaSpec; source: CaSourceName; reads: string[] }> = {
  "generated CAs": {
    ca: {},
    source: "generated",
    reads: ALL,
  },
  "an issuer in each cluster": {
    ca: { issuer: { name: "pki" } },
    source: "issuer",
    reads: ["ca.intermediateAlgorithm", "ca.intermediateValidityDays", "ca.organization"],
  },
  "an issuer in one cluster": {
    ca: { issuer: { name: "pki", cluster: "cluster1" } },
    source: "issuer",
    reads: [
      "ca.intermediateAlgorithm",
      "ca.intermediateValidityDays",
      "ca.organization",
      "ca.trustBundle",
      "ca.expiryWarningDays",
    ],
  },
  "provided CAs": {
    ca: { provided: { rootCertificate: "none", intermediates: {} } },
    source: "provided",
    reads: ["ca.organization", "ca.expiryWarningDays"],
  },
  "provided CAs with requests": {
    ca: { provided: { rootCertificate: "none", intermediates: {}, signingRequests: { cluster1: 1 } } },
    source: "provided",
    reads: ["ca.intermediateAlgorithm", "ca.organization", "ca.expiryWarningDays"],
  },
};

describe.each(Object.entries(ASKING))("%s", (_, { ca, source, reads }) => {
  test("are found by their key", () => {
    expect(sourceOf(ca)).toBe(source);
  });

  test("refuse every setting that they do not read, each once", () => {
    const spec = { clusters: [cluster(1, OF_CLUSTERS)], ca: { ...SETTINGS, ...ca } };
    const refused = validateMesh(spec)
      .filter(({ message }) => message.startsWith("has no effect"))
      .map(({ path }) => path);
    expect(refused.sort()).toEqual(ALL.filter((path) => !reads.includes(path)).sort());
  });
});

test("of two sources the one that would have no effect is named", () => {
  const ca = { issuer: { name: "pki" }, provided: { rootCertificate: "none", intermediates: {} } };
  expect(sourceOf(ca)).toBe("provided");
  expect(validateMesh({ clusters: [cluster(1)], ca })).toContainEqual({
    path: "ca.issuer",
    message: "has no effect on CAs that are provided; remove it, or ca.provided",
  });
});

test("each source but the one that is there by default has a key of its own", () => {
  const keys = Object.values(CA_SOURCES).map(({ key }) => key);
  expect(keys.filter((key) => key === undefined)).toHaveLength(1);
  expect(new Set(keys).size).toBe(keys.length);
});
