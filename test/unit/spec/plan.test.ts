import { describe, expect, test } from "vitest";
import { expectedVersions, type MeshSpec, planMesh } from "../../../components";
import { cluster, links, mesh } from "../../support/specs";

const planned = (spec: MeshSpec, name: string) =>
  planMesh(spec).clusters.find((candidate) => candidate.name === name);
const linkTexts = (spec: MeshSpec) =>
  planMesh(spec).links.map(({ observer, observed }) => `${observer}>${observed}`);
const gateways = (spec: MeshSpec) =>
  planMesh(spec)
    .clusters.filter(({ gateway }) => gateway !== undefined)
    .map(({ name }) => name);

describe("the plan of a mesh", () => {
  test("of which nothing but two clusters is said has every default filled in", () => {
    const gateway = {
      hosts: ["*.local"],
      exposesServices: true,
      exposesIstiod: false,
      addressType: "ip",
      serviceAnnotations: {},
    };
    const planOf = (index: number) => ({
      name: `cluster${index}`,
      network: `network${index}`,
      controlPlanes: [],
      remotes: [],
      trustDomain: "cluster.local",
      foreignTrustDomains: [],
      adopt: [],
      istio: { version: "1.31.1", charts: {}, imagePullSecrets: [], imagePullCredentials: {} },
      base: {},
      istiod: {},
      gateway,
      intermediateEpoch: "1.1",
      intermediateValidityDays: 730,
      whenUnreachable: "fail",
      reader: { tokenSecret: "istio-multicluster-reader-token", rules: expect.any(Array) },
    });
    expect(planMesh(mesh(2))).toEqual({
      meshId: "mesh1",
      trustDomain: "cluster.local",
      mtls: "STRICT",
      ca: {
        rootAlgorithm: "ECDSA-P384",
        rootValidityDays: 3650,
        intermediateAlgorithm: "ECDSA-P256",
        intermediateValidityDays: 730,
        organization: "Istio",
        protectRoot: true,
        trustBundle: [],
        expiryWarningDays: 30,
        root: { generation: 1, phase: "stable" },
      },
      workloadCertificates: {},
      identity: { phase: "istiod", abandonPods: false },
      clusters: [planOf(1), planOf(2)],
      links: [
        { observer: "cluster1", observed: "cluster2", crossNetwork: true, serves: false },
        { observer: "cluster2", observed: "cluster1", crossNetwork: true, serves: false },
      ],
      remoteSecrets: { per: "link", migrating: false },
      imports: [],
      exports: [],
      offers: [],
      clusterLocal: [],
      dnsCapture: false,
      namesServices: false,
      serviceStubs: [],
      sampleApps: [],
    });
  });

  test("keeps what the spec says", () => {
    const istio = {
      version: "1.30.2",
      charts: { folder: "charts" },
      hub: "registry.example/istio",
      tag: "1.30.2-distroless",
      imagePullSecrets: ["pull"],
    };
    const ca = {
      rootAlgorithm: "RSA-4096",
      rootValidityDays: 100,
      intermediateAlgorithm: "ECDSA-P384",
      intermediateValidityDays: 10,
      organization: "Example",
      protectRoot: false,
    } as const;
    const spec = mesh(1, { meshId: "m", trustDomain: "td.example", mtls: "PERMISSIVE", istio, ca });
    expect(planMesh(spec)).toMatchObject({
      meshId: "m",
      trustDomain: "td.example",
      mtls: "PERMISSIVE",
      ca,
      clusters: [{ istio }],
    });
  });

  test("takes a CA setting that is undefined for one that is not there", () => {
    expect(planMesh(mesh(1, { ca: { rootValidityDays: undefined } })).ca.rootValidityDays).toBe(3650);
  });

  test("of one cluster has neither link nor gateway", () => {
    expect(planMesh(mesh(1))).toMatchObject({ links: [], clusters: [{ gateway: undefined }] });
  });
});

describe("links", () => {
  test("are all ordered pairs when none are listed", () => {
    expect(linkTexts(mesh(3))).toEqual([
      "cluster1>cluster2",
      "cluster1>cluster3",
      "cluster2>cluster1",
      "cluster2>cluster3",
      "cluster3>cluster1",
      "cluster3>cluster2",
    ]);
  });

  test("are the listed ones in their order, and no others", () => {
    const text = "cluster3>cluster1 cluster1>cluster2";
    expect(linkTexts(mesh(3, { links: links(text) }))).toEqual(text.split(" "));
    expect(linkTexts(mesh(3, { links: [] }))).toEqual([]);
  });

  test("cross networks only between clusters of different ones", () => {
    const clusters = [cluster(1), cluster(2, { network: "network1" }), cluster(3)];
    const crossing = planMesh({ clusters }).links.filter(({ crossNetwork }) => crossNetwork);
    expect(crossing.map(({ observer, observed }) => `${observer}>${observed}`)).toEqual([
      "cluster1>cluster3",
      "cluster2>cluster3",
      "cluster3>cluster1",
      "cluster3>cluster2",
    ]);
  });
});

describe("a gateway", () => {
  test("is planned where another network observes, and only there", () => {
    expect(gateways(mesh(3, { links: links("cluster1>cluster2") }))).toEqual(["cluster2"]);
  });

  test("is not planned for clusters that share their network", () => {
    expect(gateways({ clusters: [cluster(1), cluster(2, { network: "network1" })] })).toEqual([]);
  });

  test("can be had where nobody observes, and turned off where it is not needed", () => {
    expect(gateways(mesh(1, { gateway: { enabled: true } }))).toEqual(["cluster1"]);
    expect(
      gateways({
        clusters: [cluster(1, { gateway: { enabled: false } }), cluster(2)],
        links: [],
        gateway: { enabled: true },
      }),
    ).toEqual(["cluster2"]);
  });

  test("carries its settings, but not whether it is enabled", () => {
    const spec = mesh(2, { gateway: { enabled: true, replicas: 2, hosts: ["a.local"] } });
    expect(planned(spec, "cluster1")?.gateway).toEqual({
      replicas: 2,
      hosts: ["a.local"],
      serviceAnnotations: {},
      exposesServices: true,
      exposesIstiod: false,
      addressType: "ip",
    });
  });
});

describe("a cluster's settings", () => {
  const spec: MeshSpec = {
    istiod: {
      replicas: 1,
      resources: { requests: { cpu: "1" } },
      values: { a: { x: 1, y: 1 }, list: [1, 2] },
    },
    base: { values: { b: 1 } },
    clusters: [
      cluster(1, { istiod: { replicas: 3, resources: undefined, values: { a: { y: 2 }, list: [3] } } }),
      cluster(2, { base: { values: { c: 2 } }, whenUnreachable: "skip" }),
    ],
  };

  test("win over the mesh's, Helm values key by key", () => {
    expect(planned(spec, "cluster1")).toMatchObject({
      istiod: {
        replicas: 3,
        resources: { requests: { cpu: "1" } },
        values: { a: { x: 1, y: 2 }, list: [3] },
      },
      base: { values: { b: 1 } },
      whenUnreachable: "fail",
    });
  });

  test("do not reach other clusters", () => {
    expect(planned(spec, "cluster2")).toMatchObject({
      istiod: spec.istiod,
      base: { values: { b: 1, c: 2 } },
      whenUnreachable: "skip",
    });
  });
});

describe("sample applications", () => {
  const helloworld = { cluster1: ["v1"], cluster3: ["v2"] };

  test("have a client everywhere, and helloworld where it is asked for", () => {
    const plan = (index: number, helloworldVersions: string[]) => ({
      cluster: `cluster${index}`,
      namespace: "sample",
      helloworldVersions,
      client: true,
    });
    expect(planMesh(mesh(3, { sampleApps: { helloworld } })).sampleApps).toEqual([
      plan(1, ["v1"]),
      plan(2, []),
      plan(3, ["v2"]),
    ]);
  });

  test("are left out of a cluster that gets nothing of them", () => {
    const spec = mesh(3, { sampleApps: { namespace: "apps", helloworld, clients: ["cluster3"] } });
    expect(planMesh(spec).sampleApps).toEqual([
      { cluster: "cluster1", namespace: "apps", helloworldVersions: ["v1"], client: false },
      { cluster: "cluster3", namespace: "apps", helloworldVersions: ["v2"], client: true },
    ]);
  });

  test.each([
    ["a full mesh", undefined, ["v1", "v2"], ["v1", "v2"]],
    ["a mesh without links", [], ["v1"], []],
    ["a link in one direction", links("cluster2>cluster3"), ["v1"], ["v2"]],
    ["a link that others only observe through", links("cluster2>cluster1 cluster3>cluster2"), ["v1"], ["v1"]],
  ])("answer over %s as the links allow", (_, given, fromCluster1, fromCluster2) => {
    const plan = planMesh(mesh(3, { sampleApps: { helloworld }, links: given }));
    expect([expectedVersions(plan, "cluster1"), expectedVersions(plan, "cluster2")]).toEqual([
      fromCluster1,
      fromCluster2,
    ]);
  });
});
