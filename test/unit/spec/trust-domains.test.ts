import { beforeAll, describe, expect, test } from "vitest";
import { type ClusterSpec, type MeshSpec, planMesh, validateMesh, warningsOf } from "../../../components";
import { TestCa } from "../../support/ca";
import { testRules } from "../../support/rules";
import { cluster, importing, links, mesh, service } from "../../support/specs";

const FOO = "foo.com";
const BAR = "bar.com";

/** Two clusters, of foo.com and bar.com. */
const two = (first: Partial<ClusterSpec> = {}, second: Partial<ClusterSpec> = {}): MeshSpec => ({
  clusters: [cluster(1, { trustDomain: FOO, ...first }), cluster(2, { trustDomain: BAR, ...second })],
});

const domains = (spec: MeshSpec) =>
  Object.fromEntries(
    planMesh(spec).clusters.map((own) => [own.name, [own.trustDomain, ...own.foreignTrustDomains]]),
  );

describe("the plan", () => {
  test("gives a cluster the mesh's trust domain, and a remote that of its control plane", () => {
    const clusters = [
      cluster(1, { trustDomain: FOO }),
      cluster(2),
      cluster(3, { network: "network1", controlPlanes: ["cluster1"] }),
    ];
    expect(domains({ trustDomain: BAR, clusters, links: [] })).toEqual({
      cluster1: [FOO],
      cluster2: [BAR],
      cluster3: [FOO],
    });
  });

  test("accepts the trust domains whose clients call, and no others", () => {
    const spec = { ...two(), links: links("cluster1>cluster2") };
    expect(domains(two())).toEqual({ cluster1: [FOO, BAR], cluster2: [BAR, FOO] });
    expect(domains(spec)).toEqual({ cluster1: [FOO], cluster2: [BAR, FOO] });
  });

  test("accepts those that call a remote, and those that import", () => {
    const remote = cluster(3, { network: "network1", controlPlanes: ["cluster1"] });
    const spec = { clusters: [...two().clusters, remote], links: links("cluster2>cluster3") };
    expect(domains(spec)["cluster1"]).toEqual([FOO, BAR]);
    const imported = importing("cluster1>cluster2", [service()], [{ services: {} }], {
      clusters: [...two().clusters, cluster(3, { trustDomain: BAR })],
    });
    expect(domains(imported)).toEqual({ cluster1: [FOO], cluster2: [BAR, FOO], cluster3: [BAR] });
  });

  test("accepts one that is leaving as long as it is there", () => {
    expect(domains(two({ leaving: true }))).toEqual({ cluster1: [FOO, BAR], cluster2: [BAR, FOO] });
  });

  test("expects of imported services the trust domains of those who serve", () => {
    const spec = importing(
      "cluster1>cluster2",
      [service({ clusters: ["cluster1", "cluster2"] })],
      [{ services: {} }],
    );
    const imports = planMesh({ ...spec, clusters: [...two().clusters, cluster(3)] }).imports;
    expect(imports[0]?.subjectAltNames).toEqual([
      "spiffe://bar.com/ns/sample/sa/helloworld-v1",
      "spiffe://bar.com/ns/sample/sa/helloworld-v2",
      "spiffe://foo.com/ns/sample/sa/helloworld-v1",
      "spiffe://foo.com/ns/sample/sa/helloworld-v2",
    ]);
  });
});

const remoteOf = (controlPlanes: string[], changes: Partial<ClusterSpec> = {}): MeshSpec => ({
  clusters: [...two().clusters, cluster(3, { controlPlanes, ...changes })],
});
const hosted = (changes: Partial<ClusterSpec>): MeshSpec => ({
  clusters: [
    cluster(1, { trustDomain: FOO, externalControlPlane: { host: "cluster2" } }),
    cluster(2, changes),
  ],
});
const meshConfig = (values: object) => two({ istiod: { values: { meshConfig: values } } });

describe("a mesh of several trust domains", () => {
  testRules({
    "a trust domain that is no DNS name": {
      bad: two({ trustDomain: "Foo" }),
      path: "clusters[0].trustDomain",
      message: '"Foo" is not a DNS name',
      good: two(),
    },
    "a remote of another trust domain than its control plane": {
      bad: remoteOf(["cluster1"], { trustDomain: BAR }),
      path: "clusters[2].trustDomain",
      message: "is bar.com, but cluster1, which issues the certificates of its remote cluster3, has foo.com",
      good: remoteOf(["cluster1"], { trustDomain: FOO }),
    },
    "control planes of several trust domains for one remote": {
      bad: remoteOf(["cluster1", "cluster2"]),
      path: "clusters[2].controlPlanes",
      message: "names cluster1, which issues for foo.com, and cluster2 of another trust domain",
      good: remoteOf(["cluster1"]),
    },
    "a trust domain of a host": {
      bad: hosted({ trustDomain: BAR }),
      path: "clusters[1].trustDomain",
      message: "has no effect: cluster2 only runs the istiod of cluster1",
      good: hosted({}),
    },
    "an Istio that mixes trust domains up": {
      bad: { ...two(), istio: { version: "1.29.1" } },
      path: "istio.version",
      message: "is older than 1.29.2 in cluster1, cluster2, whose clients expect their own trust domain",
      good: { ...two(), istio: { version: "1.29.2" } },
    },
    "such an Istio in one cluster": {
      bad: { ...two({}, { istio: { version: "1.28.4" } }), istio: { version: "1.29.2" } },
      path: "clusters[1].istio.version",
      message: "is older than 1.29.2 in cluster2",
      good: { ...mesh(2), istio: { version: "1.29.1" } },
    },
    "aliases, by which policies let foreign workloads of the same name pass": {
      bad: meshConfig({ trustDomainAliases: [BAR] }),
      path: "clusters[0].istiod.values.meshConfig.trustDomainAliases",
      message: "makes every workload of bar.com pass the policies that name one of cluster1",
      good: meshConfig({ trustDomainAliases: ["old.foo.com"] }),
    },
    "a list of one's own without what has to be accepted": {
      bad: meshConfig({ caCertificates: [{ pem: "x" }] }),
      path: "clusters[0].istiod.values.meshConfig.caCertificates",
      message: "add { trustDomains: [bar.com] } to yours",
      good: meshConfig({ caCertificates: [{ pem: "x", trustDomains: [BAR] }] }),
    },
    "a Helm value that names another trust domain": {
      bad: meshConfig({ trustDomain: BAR }),
      path: "clusters[0].istiod.values.meshConfig.trustDomain",
      message: 'is "bar.com", but trustDomain says cluster1 has "foo.com"',
      good: meshConfig({ trustDomain: FOO }),
    },
  });

  test("may name the mesh's trust domain that all its clusters have, with any Istio", () => {
    const one = { trustDomain: FOO };
    const spec = { trustDomain: FOO, clusters: [cluster(1, one), cluster(2)], istio: { version: "1.28.4" } };
    expect(validateMesh(spec)).toEqual([]);
  });
});

describe("roots", () => {
  let roots: TestCa[];
  let cas: string[];
  beforeAll(async () => {
    roots = [await TestCa.root("foo"), await TestCa.root("bar")];
    cas = await Promise.all(
      [0, 0, 1].map(async (root, index) => (await roots[root]!.sign(`ca ${index}`)).certificate),
    );
  });

  /** Three clusters whose CAs are given, the last one under the other root. */
  const spec = (third: string, changes: Partial<MeshSpec> = {}): MeshSpec => ({
    ca: {
      provided: {
        rootCertificate: roots.map(({ certificate }) => certificate).join(""),
        intermediates: Object.fromEntries(
          cas.map((certificate, index) => [
            `cluster${index + 1}`,
            { certificate, privateKeySecret: `key${index}` },
          ]),
        ),
      },
    },
    clusters: [
      cluster(1, { trustDomain: FOO }),
      cluster(2, { trustDomain: BAR }),
      cluster(3, { trustDomain: third }),
    ],
    ...changes,
  });

  test("each belong to one trust domain or to several, but no trust domain has two", () => {
    expect(validateMesh(spec("baz.com"))).toEqual([]);
    expect(validateMesh(spec(BAR))).toEqual([
      {
        path: "clusters[2].trustDomain",
        message: expect.stringContaining(
          "is bar.com in cluster2, cluster3, whose CAs are under different roots",
        ),
      },
    ]);
  });

  test("of a mesh with one trust domain may be exchanged cluster by cluster, as ever", () => {
    expect(validateMesh(spec(FOO, { clusters: mesh(3).clusters }))).toEqual([]);
  });
});

describe("a warning", () => {
  const warnings = (spec: MeshSpec) => warningsOf(spec).map(({ path, message }) => `${path} ${message}`);

  test("tells that policies of other trust domains cannot name cluster.local", () => {
    const spec = two({ trustDomain: undefined });
    expect(warnings(spec)).toEqual([expect.stringMatching(/^trustDomain is cluster.local, which/)]);
    expect(warnings(two())).toEqual([]);
    expect(warnings(mesh(2))).toEqual([]);
  });

  test("tells what an istiod that others installed has to accept", async () => {
    const root = await TestCa.root("foo");
    const own = { adopt: ["istiod"], rootCertificate: root.certificate } as const;
    expect(warnings(two(own))).toEqual([
      expect.stringContaining("has to add caCertificates: [{ trustDomains: [bar.com] }] to its meshConfig"),
    ]);
  });
});
