import { beforeAll, describe, expect, test } from "vitest";
import { type ClusterSpec, type MeshSpec, planMesh, validateMesh } from "../../../components";
import { selfSigned } from "../../support/pki";
import { cluster, links, mesh } from "../../support/specs";

let oldRoot: string;
let otherRoot: string;
let leaf: string;

beforeAll(async () => {
  [oldRoot, otherRoot, leaf] = await Promise.all([
    selfSigned("Old"),
    selfSigned("Other"),
    selfSigned("Leaf", false),
  ]);
});

/** A cluster with an istiod, under a root and others that it accepts. */
const existing = (index: number, roots: string, changes: Partial<ClusterSpec> = {}) =>
  cluster(index, { adopt: ["istiod"], rootCertificate: roots, ...changes });
const both = (first: ClusterSpec, second: ClusterSpec, changes: Partial<MeshSpec> = {}): MeshSpec => ({
  clusters: [first, second],
  ...changes,
});
const alone = (changes: Partial<ClusterSpec>): MeshSpec => ({ clusters: [cluster(1, changes)] });

describe("adoption is refused", () => {
  test.each([
    [
      "of a CA whose root nobody knows",
      () => alone({ adopt: ["cacerts"] }),
      "clusters[0].rootCertificate",
      "is missing, without which nobody can tell whether other clusters trust cluster1; give root-cert.pem of",
      () => alone({ adopt: ["cacerts"], rootCertificate: oldRoot }),
    ],
    [
      "with a root where the CA is made here",
      () => alone({ adopt: ["namespace"], rootCertificate: oldRoot }),
      "clusters[0].rootCertificate",
      "has no effect: the CA of cluster1 is made here; remove it",
      () => alone({ adopt: ["namespace"] }),
    ],
    [
      "with a root that is no certificate",
      () => alone({ adopt: ["istiod"], rootCertificate: oldRoot.replace(/\n./, "\n!") }),
      "clusters[0].rootCertificate",
      "is not PEM text of certificates",
      () => alone({ adopt: ["istiod"], rootCertificate: oldRoot }),
    ],
    [
      "with a root that is no CA",
      () => alone({ adopt: ["istiod"], rootCertificate: leaf }),
      "clusters[0].rootCertificate",
      "holds CN=Leaf, which is no CA",
      () => alone({ adopt: ["istiod"], rootCertificate: oldRoot }),
    ],
    [
      "of a CA in a remote",
      () => both(cluster(1), cluster(2, { controlPlanes: ["cluster1"], adopt: ["cacerts"] })),
      "clusters[1].adopt",
      "says that cluster2 has a CA of its own, but it is a remote of cluster1",
      () => both(cluster(1), cluster(2, { controlPlanes: ["cluster1"], adopt: ["namespace"] })),
    ],
    [
      "with settings for an istiod that is not ours",
      () => alone({ adopt: ["istiod"], rootCertificate: oldRoot, istiod: { replicas: 2 } }),
      "clusters[0].istiod",
      "has no effect: the istiod of cluster1 is not installed here; remove it",
      () => alone({ adopt: ["cacerts"], rootCertificate: oldRoot, istiod: { replicas: 2 } }),
    ],
    [
      "of an istiod that is to serve remotes",
      () => both(existing(1, oldRoot), cluster(2, { controlPlanes: ["cluster1"] })),
      "clusters[0].adopt",
      "so it cannot be set up to serve cluster2; name another control plane",
      () =>
        both(
          cluster(1, { adopt: ["cacerts"], rootCertificate: oldRoot }),
          cluster(2, { controlPlanes: ["cluster1"] }),
        ),
    ],
    [
      "in a cluster that only runs another one's istiod",
      () =>
        both(
          cluster(1, { adopt: ["namespace"] }),
          cluster(2, { externalControlPlane: { host: "cluster1" } }),
        ),
      "clusters[0].adopt",
      "has no effect: cluster1 only runs the istiod of cluster2; remove it",
      () =>
        both(cluster(1), cluster(2, { adopt: ["namespace"], externalControlPlane: { host: "cluster1" } })),
    ],
    [
      "of an istiod in a cluster whose istiod runs in another one",
      () => both(cluster(1), cluster(2, { adopt: ["istiod"], externalControlPlane: { host: "cluster1" } })),
      "clusters[1].adopt",
      "says that cluster2 has a CA of its own, but its istiod runs in cluster1; adopt its namespace only",
      () => both(cluster(1), cluster(2, { externalControlPlane: { host: "cluster1" } })),
    ],
  ])("%s", (_, bad, path, message, good) => {
    expect(validateMesh(bad())).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(validateMesh(good())).toEqual([]);
    expect(() => planMesh(good())).not.toThrow();
  });
});

describe("roots that differ are refused", () => {
  const ca = (...trustBundle: string[]) => ({ ca: { trustBundle } });

  test.each([
    [
      "where the mesh does not accept an existing cluster's",
      () => both(cluster(1), existing(2, oldRoot + otherRoot)),
      "ca.trustBundle",
      "lacks the root of cluster2, so cluster1 would refuse its requests and answers; add clusters[1].rootCertificate",
      () => both(cluster(1), existing(2, oldRoot + otherRoot), ca(oldRoot)),
    ],
    [
      "where an existing cluster cannot accept the mesh's",
      () => both(cluster(1), existing(2, oldRoot), ca(oldRoot)),
      "clusters[1].rootCertificate",
      "lacks the root of cluster1, so cluster2 would refuse requests and answers of theirs; append it to root-cert.pem",
      () => both(cluster(1), existing(2, oldRoot + otherRoot), ca(oldRoot)),
    ],
    [
      "where an existing cluster does not accept another one's",
      () => both(existing(1, oldRoot), existing(2, otherRoot + oldRoot)),
      "clusters[0].rootCertificate",
      "lacks the root of cluster2",
      () => both(existing(1, oldRoot + otherRoot), existing(2, otherRoot + oldRoot)),
    ],
    [
      "where only one of them observes the other",
      () =>
        both(existing(1, oldRoot), existing(2, otherRoot + oldRoot), { links: links("cluster2>cluster1") }),
      "clusters[0].rootCertificate",
      "lacks the root of cluster2",
      () => both(existing(1, oldRoot), existing(2, otherRoot), { links: [] }),
    ],
  ])("%s", (_, bad, path, message, good) => {
    expect(validateMesh(bad())).toEqual([{ path, message: expect.stringContaining(message) }]);
    expect(validateMesh(good())).toEqual([]);
  });

  test("unless they are the same", () => {
    expect(validateMesh(both(existing(1, oldRoot), existing(2, `\n${oldRoot}`)))).toEqual([]);
  });

  test("and so is a bundle that holds no CA", () => {
    expect(validateMesh(mesh(1, ca(oldRoot, leaf)))).toEqual([
      { path: "ca.trustBundle[1]", message: expect.stringContaining("holds CN=Leaf, which is no CA") },
    ]);
    expect(validateMesh(mesh(1, ca(oldRoot)))).toEqual([]);
  });
});

describe("adopted CRDs", () => {
  test("are accepted wherever Istio is installed", () => {
    const spec = both(
      cluster(1, { adopt: ["namespace", "crds"] }),
      cluster(2, { adopt: ["crds"], controlPlanes: ["cluster1"] }),
    );
    expect(validateMesh(spec)).toEqual([]);
    expect(planMesh(spec).clusters.map(({ adopt }) => adopt)).toEqual([["namespace", "crds"], ["crds"]]);
  });
});

describe("the plan of an existing istiod", () => {
  const planned = (changes: Partial<ClusterSpec> = {}) =>
    planMesh(both(cluster(1), existing(2, oldRoot, changes))).clusters[1];

  test("adopts its namespace and CA with it, and leaves the gateway to it", () => {
    expect(planned()).toMatchObject({ adopt: ["namespace", "cacerts", "istiod"], gateway: undefined });
  });

  test("has a gateway if it is asked for", () => {
    expect(planned({ gateway: { enabled: true } })?.gateway).toMatchObject({ exposesServices: true });
  });

  test("may do without where other clusters need one", () => {
    const spec = both(cluster(1), existing(2, oldRoot + otherRoot, { gateway: { enabled: false } }));
    expect(validateMesh({ ...spec, ca: { trustBundle: [oldRoot] } })).toEqual([]);
  });
});
