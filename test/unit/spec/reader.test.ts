import { describe, expect, test } from "vitest";
import {
  type ClusterSpec,
  type IstiodSpec,
  type MeshSpec,
  planMesh,
  validateMesh,
} from "../../../components";
import { warningsOf } from "../../../components/spec/mesh/validate";
import { cluster, links, mesh } from "../../support/specs";

const readerOf = (spec: MeshSpec, name: string) =>
  planMesh(spec).clusters.find((candidate) => candidate.name === name)?.reader;

/** What a cluster's reader may do, as `<verbs> <group>/<resource>`. */
const permissions = (spec: MeshSpec, name = "cluster2") =>
  (readerOf(spec, name)?.rules ?? []).flatMap(({ apiGroup, resources, verbs, scope }) =>
    resources.map((resource) => `${verbs.join(",")} ${apiGroup}/${resource} in ${scope}`),
  );

const env = (name: string, value: string): IstiodSpec => ({ values: { env: { [name]: value } } });

const OF_A_CONTROL_PLANE = [
  "get /namespaces in cluster",
  "create authentication.k8s.io/tokenreviews in cluster",
  "create authorization.k8s.io/subjectaccessreviews in cluster",
  "list,watch,update /configmaps in cluster",
  "create /configmaps in cluster",
  "list,watch,update /configmaps in cluster",
  "get,update /configmaps in istio-system",
  "list,watch admissionregistration.k8s.io/mutatingwebhookconfigurations in cluster",
  "update admissionregistration.k8s.io/mutatingwebhookconfigurations in cluster",
];

const OF_AN_ANALYSIS = [
  "list,watch networking.istio.io/* in cluster",
  "list,watch security.istio.io/* in cluster",
  "list,watch extensions.istio.io/* in cluster",
  "list,watch telemetry.istio.io/* in cluster",
  "get /configmaps in istio-system",
];

const OF_AN_OBSERVER = [
  "list,watch /namespaces in cluster",
  "list,watch /nodes in cluster",
  "list,watch /pods in cluster",
  "list,watch /services in cluster",
  "list,watch discovery.k8s.io/endpointslices in cluster",
  "list,watch apiextensions.k8s.io/customresourcedefinitions in cluster",
  "list,watch gateway.networking.k8s.io/gateways in cluster",
  "list,watch networking.istio.io/workloadentries in cluster",
  "list,watch /configmaps in istio-system",
  "list,watch /secrets in cluster",
];

describe("a reader", () => {
  test("is only there where somebody observes the cluster", () => {
    const spec = mesh(2, { links: links("cluster1>cluster2") });
    expect(readerOf(spec, "cluster1")).toBeUndefined();
    expect(readerOf(spec, "cluster2")).toBeDefined();
  });

  test("may read what an observer's istiod and istioctl read, and change nothing", () => {
    expect(permissions(mesh(2))).toEqual([...OF_AN_OBSERVER, ...OF_AN_ANALYSIS]);
  });

  test("may read what istioctl reads unless the cluster, or else the mesh, withholds it", () => {
    const withheld = (mesh: boolean | undefined, own: boolean | undefined) =>
      permissions({
        clusters: [cluster(1), cluster(2, { istioctlAnalyze: own })],
        istioctlAnalyze: mesh,
      });
    expect(withheld(undefined, false)).toEqual(OF_AN_OBSERVER);
    expect(withheld(false, undefined)).toEqual(OF_AN_OBSERVER);
    expect(withheld(true, false)).toEqual(OF_AN_OBSERVER);
    expect(withheld(false, true)).toEqual([...OF_AN_OBSERVER, ...OF_AN_ANALYSIS]);
  });

  test("may not read it where no observer reads Secrets, without which istioctl would wait for ever", () => {
    const [first, second] = mesh(2).clusters as [ClusterSpec, ClusterSpec];
    const blind = { ...first, istiod: { remoteCredentials: false } };
    expect(permissions({ clusters: [blind, second] })).not.toContain(OF_AN_ANALYSIS[0]);
    expect(permissions({ clusters: [blind, second, cluster(3)] })).toContain(OF_AN_ANALYSIS[0]);
  });

  test("says of each permission that is istioctl's that it is", () => {
    const rules = readerOf(mesh(2), "cluster2")?.rules ?? [];
    const commands = new Set(rules.slice(-OF_AN_ANALYSIS.length).map(({ command }) => command));
    expect([...commands]).toEqual(["istioctl analyze"]);
    expect(rules.filter(({ command }) => command !== undefined)).toHaveLength(OF_AN_ANALYSIS.length);
  });

  test("of a remote may do what its control plane does besides", () => {
    const spec = { clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"] })] };
    expect(permissions(spec)).toEqual([...OF_AN_OBSERVER, ...OF_A_CONTROL_PLANE, ...OF_AN_ANALYSIS]);
  });

  test("lets whoever serves another cluster ask whether it is meant to serve this one, and no more", () => {
    const spec = { clusters: [cluster(1), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })] };
    expect(permissions(spec)).toEqual([...OF_AN_OBSERVER, "get /namespaces in cluster", ...OF_AN_ANALYSIS]);
  });

  test("reads no mesh configuration for an Istio before 1.29", () => {
    const at = (version: string) => permissions({ ...mesh(2), istio: { version } });
    expect(at("1.28.9")).not.toContain("list,watch /configmaps in istio-system");
    expect(at("1.29.0")).toContain("list,watch /configmaps in istio-system");
  });

  const features: Record<string, [istiod: IstiodSpec, permission: string, given: boolean]> = {
    "no Secrets": [{ remoteCredentials: false }, "list,watch /secrets in cluster", false],
    "no Secrets, by Istio's own name": [
      env("PILOT_ENABLE_REMOTE_CREDENTIALS_CONTROLLER", "false"),
      "list,watch /secrets in cluster",
      false,
    ],
    "no WorkloadEntries": [
      env("PILOT_ENABLE_CROSS_CLUSTER_WORKLOAD_ENTRY", "false"),
      "list,watch networking.istio.io/workloadentries in cluster",
      false,
    ],
    "multi-cluster services": [
      env("ENABLE_MCS_HOST", "true"),
      "list,watch multicluster.x-k8s.io/serviceimports in cluster",
      true,
    ],
    "exports of all services": [
      { values: { pilot: { env: { ENABLE_MCS_AUTO_EXPORT: "true" } } } },
      "get,create,delete multicluster.x-k8s.io/serviceexports in cluster",
      true,
    ],
  };

  test.each(Object.entries(features))("follows from the observer's settings: %s", (_, row) => {
    const [istiod, permission, given] = row;
    const both = mesh(2).clusters;
    expect(permissions({ istiod, clusters: both }).includes(permission)).toBe(given);
    expect(permissions({ clusters: both }).includes(permission)).toBe(!given);
    // Only the observer's settings count, not those of the cluster itself.
    expect(permissions({ clusters: [cluster(1), cluster(2, { istiod })] }).includes(permission)).toBe(!given);
  });
});

describe("the token of a reader", () => {
  const tokens = (spec: MeshSpec) => planMesh(spec).clusters.map(({ reader }) => reader?.tokenSecret);
  const NAME = "istio-multicluster-reader-token";

  test("is another one after any change of the mesh's number or the cluster's", () => {
    const one = (readerTokenEpoch: number) => [cluster(1), cluster(2, { readerTokenEpoch })];
    expect(tokens(mesh(2))).toEqual([NAME, NAME]);
    expect(tokens(mesh(2, { readerTokenEpoch: 2 }))).toEqual([`${NAME}-2.1`, `${NAME}-2.1`]);
    expect(tokens({ clusters: one(2) })).toEqual([NAME, `${NAME}-1.2`]);
    expect(tokens({ readerTokenEpoch: 2, clusters: one(2) })).toEqual([`${NAME}-2.1`, `${NAME}-2.2`]);
    expect(tokens({ readerTokenEpoch: 3, clusters: one(1) })).toEqual([`${NAME}-3.1`, `${NAME}-3.1`]);
  });

  const warned = (version: string, changes: Partial<MeshSpec>) =>
    warningsOf({ ...mesh(2), istio: { version }, ...changes })
      .map(({ message }) => message)
      .filter((message) => message.includes("the token to it changes"));

  test.each(["1.29.2", "1.30.0", "1.30.2", "1.30.3"])("is changed with a warning on Istio %s", (version) => {
    const one = [cluster(1), cluster(2, { readerTokenEpoch: 5 })];
    expect(warned(version, { readerTokenEpoch: 2 })).toEqual([
      expect.stringContaining(`is ${version} in cluster1, cluster2, which`),
    ]);
    // Only its observers have to take up a new token.
    expect(warned(version, { clusters: one })).toEqual([
      expect.stringContaining(`is ${version} in cluster1, which`),
    ]);
    expect(warned(version, {})).toEqual([]);
  });

  test.each(["1.30.4", "1.31.0", "1.31.1"])("is changed without one on Istio %s", (version) => {
    expect(warned(version, { readerTokenEpoch: 2 })).toEqual([]);
  });
});

describe("Secrets of observed clusters", () => {
  const problems = (version: string, istiod: IstiodSpec) =>
    validateMesh({ ...mesh(2), istio: { version }, istiod }).map(({ message }) => message);

  test.each([{ remoteCredentials: false }, env("PILOT_ENABLE_REMOTE_CREDENTIALS_CONTROLLER", "false")])(
    "have to be read by the istiod of Istio up to 1.31.0: %j",
    (istiod) => {
      expect(problems("1.31.0", istiod)).toEqual([
        expect.stringMatching(/cluster1, cluster2, which has an istiod that crashes.*use a version after/),
      ]);
      expect(problems("1.30.4", istiod)).toEqual([expect.stringContaining("cannot observe a cluster")]);
      expect(problems("1.31.1", istiod)).toEqual([]);
    },
  );

  test("may stay unread where nobody observes anybody", () => {
    const spec = { ...mesh(1), istio: { version: "1.31.0" }, istiod: { remoteCredentials: false } };
    expect(validateMesh(spec)).toEqual([]);
  });
});

describe("a cluster that is leaving", () => {
  const spec: MeshSpec = { clusters: [cluster(1), cluster(2), cluster(3, { leaving: true })] };

  test("is observed by nobody and has no reader, but still observes the others", () => {
    expect(validateMesh(spec)).toEqual([]);
    expect(planMesh(spec).links.map(({ observer, observed }) => `${observer}>${observed}`)).toEqual([
      "cluster1>cluster2",
      "cluster2>cluster1",
      "cluster3>cluster1",
      "cluster3>cluster2",
    ]);
    expect(readerOf(spec, "cluster3")).toBeUndefined();
  });

  test("keeps its gateway as it was, for the connections through it", () => {
    const gateway = (leaving: boolean) =>
      planMesh({ clusters: [cluster(1), cluster(2), cluster(3, { leaving })] }).clusters[2]?.gateway;
    expect(gateway(true)).toBeDefined();
    expect(gateway(true)).toEqual(gateway(false));
  });

  test("must not be the control plane of one that stays", () => {
    const clusters = [cluster(1, { leaving: true }), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })];
    expect(validateMesh({ clusters })).toEqual([
      { path: "clusters[0].leaving", message: expect.stringContaining("is the control plane of cluster3") },
    ]);
  });

  test("must not be the host of a control plane", () => {
    const clusters = [
      cluster(1, { externalControlPlane: { host: "cluster2" } }),
      cluster(2, { leaving: true }),
    ];
    expect(validateMesh({ clusters })).toEqual([
      { path: "clusters[1].leaving", message: expect.stringContaining("is the control plane of cluster1") },
    ]);
  });

  test("is no remote", () => {
    const clusters = [cluster(1), cluster(2, { controlPlanes: ["cluster1"], leaving: true })];
    expect(validateMesh({ clusters })).toEqual([
      { path: "clusters[1].leaving", message: expect.stringContaining("take it out of clusters at once") },
    ]);
  });
});
