import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh, validateMesh } from "../../../components";
import { visibleFrom } from "../../../components/topology/links";
import { testRules } from "../../support/rules";
import { cluster, links, mesh } from "../../support/specs";

/** cluster2 is a remote of cluster1; further clusters are primaries. */
const served = (size: number, changes: Partial<MeshSpec> = {}): MeshSpec => ({
  clusters: [
    cluster(1),
    cluster(2, { controlPlanes: ["cluster1"] }),
    ...Array.from({ length: size - 2 }, (_, index) => cluster(index + 3)),
  ],
  ...changes,
});

const controlPlanes = (...names: string[]): MeshSpec => ({
  clusters: [cluster(1), cluster(2, { controlPlanes: names }), cluster(3)],
});

const linkTexts = (spec: MeshSpec) =>
  planMesh(spec).links.map(({ observer, observed }) => `${observer}>${observed}`);

const planOf = (spec: MeshSpec, name: string) =>
  planMesh(spec).clusters.find((candidate) => candidate.name === name);

describe("validateMesh reports of roles", () => {
  testRules({
    "an unknown control plane": {
      bad: controlPlanes("cluster9"),
      path: "clusters[1].controlPlanes[0]",
      message: '"cluster9" is not a cluster of this mesh; known are cluster1, cluster2, cluster3',
      good: controlPlanes("cluster1"),
    },
    "a cluster that is its own control plane": {
      bad: controlPlanes("cluster2"),
      path: "clusters[1].controlPlanes[0]",
      message: "names cluster2 itself; leave controlPlanes out for a cluster with its own istiod",
      good: controlPlanes(),
    },
    "a control plane that is a remote": {
      bad: {
        clusters: [
          cluster(1),
          cluster(2, { controlPlanes: ["cluster1"] }),
          cluster(3, { controlPlanes: ["cluster2"] }),
        ],
      },
      path: "clusters[2].controlPlanes[0]",
      message: "cluster2 is a remote itself; name a primary, such as cluster1",
      good: {
        clusters: [
          cluster(1),
          cluster(2, { controlPlanes: ["cluster1"] }),
          cluster(3, { controlPlanes: ["cluster1"] }),
        ],
      },
    },
    "hosts of a remote's gateway": {
      bad: {
        clusters: [cluster(1), cluster(2, { controlPlanes: ["cluster1"], gateway: { hosts: ["a.local"] } })],
      },
      path: "clusters[1].gateway.hosts",
      message: "has no effect: cluster1 configures the gateway of its remote cluster2; set hosts there",
      good: {
        clusters: [
          cluster(1, { gateway: { hosts: ["a.local"] } }),
          cluster(2, { controlPlanes: ["cluster1"] }),
        ],
      },
    },
    "a disabled gateway of a control plane": {
      bad: {
        clusters: [
          cluster(1, { network: "flat", gateway: { enabled: false } }),
          cluster(2, { network: "flat", controlPlanes: ["cluster1"] }),
        ],
      },
      path: "clusters[0].gateway.enabled",
      message: "is false, but cluster1 (flat) is the control plane of cluster2; enable the gateway",
      good: {
        clusters: [
          cluster(1, { network: "flat" }),
          cluster(2, { network: "flat", controlPlanes: ["cluster1"], gateway: { enabled: false } }),
        ],
      },
    },
    "a remote as observer": {
      bad: served(3, { links: links("cluster2>cluster3") }),
      path: "links[0].observer",
      message:
        "cluster2 is a remote: it runs no istiod that could observe others; name its control plane cluster1",
      good: served(3, { links: links("cluster1>cluster3") }),
    },
    "a remote as hub": {
      bad: served(3, { hubs: ["cluster2"] }),
      path: "hubs[0]",
      message: "cluster2 is a remote: it runs no istiod",
      good: served(3, { hubs: ["cluster1"] }),
    },
    "an unknown hub": {
      bad: mesh(2, { hubs: ["cluster9"] }),
      path: "hubs[0]",
      message: '"cluster9" is not a cluster of this mesh',
      good: mesh(2, { hubs: ["cluster1"] }),
    },
    "an unknown member of a group": {
      bad: mesh(2, { groups: [["cluster1", "cluster9"]] }),
      path: "groups[0][1]",
      message: '"cluster9" is not a cluster of this mesh',
      good: mesh(2, { groups: [["cluster1", "cluster2"]] }),
    },
  });

  test("a control plane that is named twice, once per place", () => {
    const problems = validateMesh(controlPlanes("cluster1", "cluster1"));
    expect(problems.map(({ path }) => path)).toEqual([
      "clusters[1].controlPlanes[0]",
      "clusters[1].controlPlanes[1]",
    ]);
  });
});

describe("links of a mesh with a remote", () => {
  test("go out from primaries only", () => {
    expect(linkTexts(served(3))).toEqual([
      "cluster1>cluster2",
      "cluster1>cluster3",
      "cluster3>cluster1",
      "cluster3>cluster2",
    ]);
  });

  test("include those that serve, whatever else is asked for", () => {
    expect(linkTexts(served(3, { links: links("cluster3>cluster1") }))).toEqual([
      "cluster3>cluster1",
      "cluster1>cluster2",
    ]);
    expect(planMesh(served(3)).links.filter(({ serves }) => serves)).toEqual([
      { observer: "cluster1", observed: "cluster2", crossNetwork: true, serves: true },
    ]);
  });

  test("come from every control plane that a remote names", () => {
    const { clusters } = planMesh(controlPlanes("cluster3", "cluster1"));
    expect(clusters.map(({ name, remotes }) => [name, remotes])).toEqual([
      ["cluster1", ["cluster2"]],
      ["cluster2", []],
      ["cluster3", ["cluster2"]],
    ]);
  });
});

describe("a partial mesh", () => {
  test("of a hub has links between it and each spoke, both ways", () => {
    expect(linkTexts(mesh(3, { hubs: ["cluster2"] }))).toEqual([
      "cluster2>cluster1",
      "cluster1>cluster2",
      "cluster2>cluster3",
      "cluster3>cluster2",
    ]);
  });

  test("of groups has the links within each, once", () => {
    const groups = [
      ["cluster1", "cluster2"],
      ["cluster2", "cluster1"],
      ["cluster3", "cluster2"],
    ];
    expect(linkTexts(mesh(3, { groups })).sort()).toEqual([
      "cluster1>cluster2",
      "cluster2>cluster1",
      "cluster2>cluster3",
      "cluster3>cluster2",
    ]);
  });

  test("joins links, hubs and groups", () => {
    const spec = mesh(4, {
      links: links("cluster4>cluster3"),
      hubs: ["cluster1"],
      groups: [["cluster2", "cluster3"]],
    });
    expect(linkTexts(spec)).toHaveLength(1 + 6 + 2);
  });

  test("may have no link at all", () => {
    expect(linkTexts(mesh(3, { links: [] }))).toEqual([]);
  });
});

describe("a client sees", () => {
  test("what its own istiod observes", () => {
    expect(visibleFrom("cluster1", planMesh(mesh(3, { hubs: ["cluster2"] })))).toEqual([
      "cluster1",
      "cluster2",
    ]);
  });

  test("in a remote what its control plane sees, the control plane's cluster included", () => {
    const spec = served(3, { links: links("cluster1>cluster3") });
    expect(visibleFrom("cluster2", planMesh(spec))).toEqual(["cluster2", "cluster1", "cluster3"]);
  });
});

describe("the gateway of", () => {
  test("a control plane leads to its services and to istiod, where its remote is on another network", () => {
    expect(planOf(served(2), "cluster1")?.gateway).toMatchObject({
      exposesServices: true,
      exposesIstiod: true,
    });
  });

  test("a control plane leads to istiod alone, where its remote is on its network", () => {
    const flat = { network: "flat" };
    const spec = { clusters: [cluster(1, flat), cluster(2, { ...flat, controlPlanes: ["cluster1"] })] };
    expect(planOf(spec, "cluster1")?.gateway).toMatchObject({ exposesServices: false, exposesIstiod: true });
    expect(planOf(spec, "cluster2")?.gateway).toBeUndefined();
  });

  test("a cluster that only a remote's proxies reach from another network is there", () => {
    // cluster1 and cluster3 share a network, so cluster1's own proxies need no gateway for cluster3.
    const spec = {
      clusters: [
        cluster(1, { network: "flat" }),
        cluster(2, { controlPlanes: ["cluster1"] }),
        cluster(3, { network: "flat" }),
      ],
      links: links("cluster1>cluster3"),
    };
    expect(planOf(spec, "cluster3")?.gateway).toMatchObject({ exposesServices: true, exposesIstiod: false });
    expect(planMesh(spec).links).toContainEqual({
      observer: "cluster1",
      observed: "cluster3",
      crossNetwork: true,
      serves: false,
    });
  });
});
