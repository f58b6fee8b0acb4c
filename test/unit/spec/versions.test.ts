import { describe, expect, test } from "vitest";
import { type ClusterSpec, type MeshSpec, planMesh, validateMesh } from "../../../components";
import { featuresOf } from "../../../components/spec/istio/features";
import { KNOWN_FAULTS } from "../../../components/spec/istio/known-faults";
import { versionWarnings } from "../../../components/spec/istio/versions";
import { cluster, links, mesh } from "../../support/specs";

const at = (version: string, changes: Partial<MeshSpec> = {}) => mesh(2, { istio: { version }, ...changes });
const apart = (first: string, second: string): MeshSpec => ({
  clusters: [cluster(1, { istio: { version: first } }), cluster(2, { istio: { version: second } })],
});
const remote = (version: string): MeshSpec => ({
  clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })],
  istio: { version },
});
const hostname = (version: string) => at(version, { gateway: { addressType: "hostname" } });
const onEks = (version: string): MeshSpec => ({
  clusters: [cluster(1, { platform: "eks" }), cluster(2)],
  istio: { version },
});
const revoking = (version: string) =>
  at(version, { ca: { provided: { rootCertificate: "", intermediates: {}, crl: "" } } });
const renamed = (version: string): MeshSpec => ({
  clusters: [cluster(1, { formerName: "old" }), cluster(2)],
  istio: { version },
});
const messages = (problems: readonly { message: string }[]) => problems.map(({ message }) => message);

describe("the Istio of a cluster", () => {
  test("is the mesh's with its own settings over it", () => {
    const istio = { version: "1.31.1", hub: "registry.example", imagePullSecrets: ["pull"] };
    const clusters = [cluster(1), cluster(2, { istio: { version: "1.30.4", charts: { folder: "old" } } })];
    expect(planMesh({ istio, clusters }).clusters.map((planned) => planned.istio)).toEqual([
      { ...istio, imagePullCredentials: {}, charts: {}, tag: undefined },
      { ...istio, imagePullCredentials: {}, version: "1.30.4", charts: { folder: "old" }, tag: undefined },
    ]);
  });

  test("has one source of charts", () => {
    const charts = { folder: "charts", oci: "oci://r" };
    expect(validateMesh({ clusters: [cluster(1), cluster(2, { istio: { charts } })] })).toEqual([
      { path: "clusters[1].istio.charts", message: "sets oci and folder; keep one of them" },
    ]);
  });
});

describe("a version is refused", () => {
  test.each([
    ["latest", "1.31.1"],
    ["1.31", "1.31.0"],
    ["v1.31.1", "1.31.1-rc.0"],
  ])("that is none: %s, unlike %s", (bad, good) => {
    expect(validateMesh(at(bad))).toEqual([
      { path: "istio.version", message: `"${bad}" is not an Istio version such as 1.31.1` },
    ]);
    expect(validateMesh(at(good))).toEqual([]);
  });

  test("that is more than a minor version behind another cluster's", () => {
    expect(validateMesh(apart("1.31.1", "1.29.6"))).toEqual([
      {
        path: "clusters[1].istio.version",
        message:
          "is 1.29.6 in cluster2, but cluster1 has 1.31.1; clusters of one mesh may be 1 minor version apart: " +
          "upgrade the older ones first, one minor version at a time",
      },
    ]);
    expect(validateMesh(apart("1.31.1", "1.30.4"))).toEqual([]);
  });

  test("that is the mesh's, once for all clusters that have it", () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { istio: { version: "1.31.1" } })];
    expect(validateMesh({ istio: { version: "1.29.6" }, clusters })).toEqual([
      {
        path: "istio.version",
        message: expect.stringContaining("is 1.29.6 in cluster1, cluster2, but cluster3"),
      },
    ]);
  });
});

describe("a known fault", () => {
  test.each([
    ["charts that ignore istiod's env", at("1.23.6"), at("1.24.0"), "has charts that ignore istiod's env"],
    ["no profile for remotes", remote("1.23.6"), remote("1.24.0"), "has no profile for remotes"],
    ["host names of gateways", hostname("1.12.9"), at("1.12.9"), "cannot resolve a gateway's host name"],
    [
      "gateways on EKS, which have host names",
      onEks("1.12.9"),
      at("1.12.9"),
      "cannot resolve a gateway's host name",
    ],
    ["CVE-2022-23635", remote("1.13.0"), at("1.13.0"), "crash istiod (CVE-2022-23635)"],
    [
      "revocation lists",
      revoking("1.26.8"),
      revoking("1.27.0"),
      "gives revocation lists to no proxy, so that certificates of a revoked CA are still trusted",
    ],
    ["former names", renamed("1.26.8"), renamed("1.27.0"), "refuses all proxies that were started under"],
    ["CVE-2022-24726", remote("1.13.1"), remote("1.13.2"), "crash istiod (CVE-2022-24726)"],
  ])("stops a mesh that meets it: %s", (_, bad, good, message) => {
    expect(messages(validateMesh(bad))).toContainEqual(expect.stringContaining(message));
    expect(messages(validateMesh(good))).not.toContainEqual(expect.stringContaining(message));
  });

  test.each([
    ["a webhook that istiod edits", at("1.29.1"), at("1.29.2"), "cannot fix its webhook's failurePolicy"],
    ["a deadlock of observers", at("1.30.0"), at("1.30.0", { links: [] }), "can deadlock"],
  ])("with which a mesh works is a warning: %s", (_, bad, good, message) => {
    expect(validateMesh(bad)).toEqual([]);
    expect(versionWarnings(bad)).toEqual([
      { path: "istio.version", message: expect.stringContaining(message) },
    ]);
    expect(versionWarnings(good)).toEqual([]);
  });

  test("is told with its clusters, the mend and where it is on record", () => {
    expect(versionWarnings(at("1.30.0", { links: links("cluster1>cluster2") }))).toEqual([
      {
        path: "istio.version",
        message: expect.stringMatching(
          /^is 1\.30\.0 in cluster1, which .*; use another version \(https:.*\)$/,
        ),
      },
    ]);
  });

  test.each(KNOWN_FAULTS)("has its evidence: $fault", ({ source }) => {
    expect(source).toMatch(/^https:\/\/(github\.com\/istio\/istio|istio\.io\/latest)\//);
  });
});

describe("a tag of images that are not the charts' is warned of", () => {
  const upgraded = (istio: MeshSpec["istio"]): MeshSpec => ({
    clusters: [cluster(1, { istio }), cluster(2)],
    istio: { version: "1.30.4", tag: "1.30.4" },
  });
  const told = (spec: MeshSpec) => versionWarnings(spec).filter(({ path }) => path.endsWith("istio.tag"));

  test("where a cluster's version goes on without it", () => {
    expect(told(upgraded({ version: "1.31.1" }))).toEqual([
      {
        path: "istio.tag",
        message:
          "is 1.30.4, but istio.version is 1.31.1 in cluster1, so only the charts are of that and istiod and proxies stay what they are; " +
          "change both together, for one cluster in its own istio, or remove the tag",
      },
    ]);
  });

  test("where it is the cluster's own, or goes on alone", () => {
    const own = told({ clusters: [cluster(1, { istio: { tag: "1.30.4-distroless" } }), cluster(2)] });
    expect(own.map(({ path }) => path)).toEqual(["clusters[0].istio.tag"]);
    expect(told(mesh(2, { istio: { tag: "1.31.2" } }))).toHaveLength(1);
  });

  test.each([
    ["both go on together", upgraded({ version: "1.31.1", tag: "1.31.1" })],
    ["a registry adds to it", upgraded({ version: "1.31.1", tag: "1.31.1-distroless" })],
    ["it tells no version", upgraded({ version: "1.31.1", tag: "stable" })],
    ["there is none", at("1.31.1")],
    [
      "others installed the istiod",
      {
        ...upgraded({ version: "1.31.1" }),
        clusters: [cluster(1, { adopt: ["istiod"], istio: { version: "1.31.1" } })],
      },
    ],
  ])("not where %s", (_, spec) => {
    expect(told(spec)).toEqual([]);
  });
});

describe("features of a cluster", () => {
  const features = (clusters: ClusterSpec[], changes: Partial<MeshSpec> = {}) =>
    clusters.map((one) => [...featuresOf(one, { clusters, ...changes })]);

  test("of a mesh of primaries are observing and, where a gateway has a host name, resolving it", () => {
    const clusters = [cluster(1, { gateway: { addressType: "hostname" } }), cluster(2)];
    expect(features(clusters)).toEqual([
      ["charts", "hostname-gateway", "observer"],
      ["charts", "hostname-gateway", "observer"],
    ]);
    expect(features(clusters, { links: links("cluster1>cluster2") })).toEqual([
      ["charts", "observer"],
      ["charts"],
    ]);
  });

  test("of a renamed remote are those of who serves it", () => {
    const clusters = [cluster(1), cluster(2, { controlPlanes: ["cluster1"], formerName: "old" })];
    const [serving, served] = features(clusters);
    expect(serving).toContain("renamed");
    expect(served).not.toContain("renamed");
  });

  test("of who has revocation lists are those of the clusters that sign", () => {
    const clusters = [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })];
    const [signing, remoteOne] = features(clusters, {
      ca: { provided: { rootCertificate: "", intermediates: {}, crl: "" } },
    });
    expect(signing).toContain("revocation");
    expect(remoteOne).not.toContain("revocation");
  });

  test("of a primary with a remote are serving it", () => {
    const clusters = [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })];
    expect(features(clusters)).toEqual([
      ["charts", "exposed-istiod", "observer"],
      ["charts", "remote"],
    ]);
  });
});
