import { App, Chart } from "cdk8s";
import { describe, expect, test } from "vitest";
import { localityFailover, type LocalityFailoverSpec, type MeshSpec, planMesh } from "../../../components";
import { sampleApps } from "../../../components/objects/sample-apps";
import { expectedAnswers } from "../../../components/spec/sample-apps/answers";
import { testRules } from "../../support/rules";
import { cluster, mesh } from "../../support/specs";

const helloworld = { cluster1: ["v1"], cluster2: ["v2"] };
const withFailover = (failover: LocalityFailoverSpec): MeshSpec =>
  mesh(2, { sampleApps: { helloworld, failover } });

/** Settings with one fault, where it is reported below `sampleApps.failover`, and the same without the fault. */
const rows: Record<string, [LocalityFailoverSpec, string, string, LocalityFailoverSpec]> = {
  "failover beside distribute": [
    { failover: [{ from: "a", to: "b" }], distribute: [{ from: "a/*", to: { "a/*": 100 } }] },
    "",
    "sets failover and distribute: with distribute Istio never fails over; keep one of them",
    { failover: [{ from: "a", to: "b" }] },
  ],
  "a priority beside distribute, which Istio would ignore": [
    { failoverPriority: ["x"], distribute: [{ from: "a/*", to: { "a/*": 100 } }] },
    "",
    "sets failoverPriority and distribute: with distribute",
    { distribute: [{ from: "a/*", to: { "a/*": 100 } }] },
  ],
  "a priority beside regions": [
    { failoverPriority: ["x"], failover: [{ from: "a", to: "b" }] },
    "",
    "sets failoverPriority and failover: Istio's API takes one of them; keep one",
    { failoverPriority: ["x"] },
  ],
  "an empty priority": [
    { failoverPriority: [] },
    ".failoverPriority",
    "is empty; list something, or leave it out",
    {},
  ],
  "a region that leads to itself": [
    {
      failover: [
        { from: "a", to: "b" },
        { from: "b", to: "b" },
      ],
    },
    ".failover[1]",
    "leads from b to itself; name another region",
    {
      failover: [
        { from: "a", to: "b" },
        { from: "b", to: "a" },
      ],
    },
  ],
  "a zone in place of a region": [
    { failover: [{ from: "a/1", to: "b" }] },
    ".failover[0]",
    '"a/1" is not a region; leave zones and "*" out',
    { failover: [{ from: "a", to: "b" }] },
  ],
  "shares that are not 100 in all": [
    { distribute: [{ from: "a/*", to: { "a/*": 80, "b/*": 10 } }] },
    ".distribute[0].to",
    "has the weights 80, 10; give whole percentages above 0, 100 in all",
    { distribute: [{ from: "a/*", to: { "a/*": 80, "b/*": 20 } }] },
  ],
  "a share of nothing": [
    { distribute: [{ from: "a/*", to: { "a/*": 100, "b/*": 0 } }] },
    ".distribute[0].to",
    "has the weights 100, 0",
    { distribute: [{ from: "a/*", to: { "a/*": 100 } }] },
  ],
  "outlier detection that counts nothing": [
    { outlierDetection: { consecutive5xxErrors: 0, consecutiveGatewayErrors: 0 } },
    ".outlierDetection",
    "counts no errors, so no endpoint is ever left out; let one of the two counts be above 0",
    { outlierDetection: { consecutive5xxErrors: 0 } },
  ],
};

describe("validateMesh reports of failover", () =>
  testRules(
    Object.fromEntries(
      Object.entries(rows).map(([name, [bad, path, message, good]]) => [
        name,
        { bad: withFailover(bad), path: `sampleApps.failover${path}`, message, good: withFailover(good) },
      ]),
    ),
  ));

interface DestinationRule {
  readonly kind: string;
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly host: string; readonly trafficPolicy: Record<string, unknown> };
}

function objectsOf(build: (chart: Chart) => void): DestinationRule[] {
  const chart = new Chart(new App(), "chart", { disableResourceNameHashes: true });
  build(chart);
  return chart.toJson() as DestinationRule[];
}

describe("the failover of a host", () => {
  const ruleOf = (settings: LocalityFailoverSpec) =>
    objectsOf((chart) =>
      localityFailover(chart, {
        ...settings,
        name: "db",
        namespace: "shop",
        host: "db.shop.svc.cluster.local",
      }),
    );

  test("always has outlier detection, and prefers network, cluster, region and zone of the client", () => {
    expect(ruleOf({})).toEqual([
      {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name: "db", namespace: "shop" },
        spec: {
          host: "db.shop.svc.cluster.local",
          trafficPolicy: {
            outlierDetection: {
              consecutiveGatewayErrors: 3,
              consecutive5xxErrors: 5,
              interval: "5s",
              baseEjectionTime: "30s",
              maxEjectionPercent: 100,
            },
            loadBalancer: {
              localityLbSetting: {
                enabled: true,
                failoverPriority: [
                  "topology.istio.io/network",
                  "topology.istio.io/cluster",
                  "topology.kubernetes.io/region",
                  "topology.kubernetes.io/zone",
                ],
              },
            },
          },
        },
      },
    ]);
  });

  test.each([
    ["priority", { failoverPriority: ["topology.kubernetes.io/zone"] }],
    ["regions", { failover: [{ from: "a", to: "b" }] }],
    ["shares", { distribute: [{ from: "a/*", to: { "a/*": 100 } }] }],
  ] satisfies [string, LocalityFailoverSpec][])("takes other %s in place of the default", (_, settings) => {
    const [rule] = ruleOf(settings);
    expect(rule?.spec.trafficPolicy).toEqual({
      outlierDetection: expect.objectContaining({ maxEjectionPercent: 100 }),
      loadBalancer: { localityLbSetting: { enabled: true, ...settings } },
    });
  });

  test("takes each count and time of outlier detection", () => {
    const outlierDetection = {
      consecutiveGatewayErrors: 1,
      consecutive5xxErrors: 0,
      interval: "1s",
      baseEjectionTime: "2m",
      maxEjectionPercent: 50,
    };
    expect(ruleOf({ outlierDetection })[0]?.spec.trafficPolicy).toMatchObject({ outlierDetection });
  });

  test("is refused with settings that exclude each other, whoever calls", () => {
    const failover = [{ from: "a", to: "b" }];
    const distribute = [{ from: "a/*", to: { "a/*": 100 } }];
    expect(() => ruleOf({ failover, distribute })).toThrow("db.shop.svc.cluster.local sets failover and");
  });
});

describe("the sample applications' failover", () => {
  const input = { namespace: "apps", helloworldVersions: ["v1"], client: true };
  const rulesOf = (failover?: LocalityFailoverSpec) =>
    objectsOf((chart) => sampleApps(chart, { ...input, failover })).filter(
      ({ kind }) => kind === "DestinationRule",
    );

  test("is a rule for helloworld, and none if it is not asked for", () => {
    expect(rulesOf()).toEqual([]);
    const [rule] = rulesOf({});
    expect(rule).toMatchObject({
      metadata: { name: "helloworld", namespace: "apps" },
      spec: { host: "helloworld.apps.svc.cluster.local" },
    });
  });

  const inPlan = (spec: MeshSpec) =>
    planMesh(spec).sampleApps.map(({ cluster, failover }) => [cluster, failover !== undefined]);
  const remote = cluster(3, { controlPlanes: ["cluster1"] });

  test("is in primaries only, from which Istio reads it", () => {
    const spec: MeshSpec = {
      clusters: [cluster(1), cluster(2), remote],
      sampleApps: { helloworld, failover: {} },
    };
    expect(inPlan(spec)).toEqual([
      ["cluster1", true],
      ["cluster2", true],
      ["cluster3", false],
    ]);
  });

  test("is in a primary without sample applications for the sake of its remote's client", () => {
    const spec = (failover?: LocalityFailoverSpec): MeshSpec => ({
      clusters: [cluster(1), cluster(2), remote],
      sampleApps: { helloworld: {}, clients: ["cluster3"], failover },
    });
    expect(inPlan(spec({}))).toEqual([
      ["cluster1", true],
      ["cluster3", false],
    ]);
    expect(inPlan(spec())).toEqual([["cluster3", false]]);
  });
});

describe("a client gets answers", () => {
  const apps = { cluster1: ["v1"], cluster2: ["v2"], cluster3: ["v1", "v2"] };
  const answersOf = (client: string, changes: Partial<MeshSpec>, failover?: LocalityFailoverSpec) =>
    expectedAnswers(
      planMesh(mesh(4, { sampleApps: { helloworld: apps, ...(failover ? { failover } : {}) }, ...changes })),
      client,
    );

  test.each<[string, string, LocalityFailoverSpec | undefined, string[], boolean]>([
    ["of every version without failover", "cluster1", undefined, ["v1", "v2"], true],
    ["of its own cluster's version", "cluster2", {}, ["v2"], true],
    ["of one of its own cluster's versions", "cluster3", {}, ["v1", "v2"], false],
    ["of every version, if its own cluster has none", "cluster4", {}, ["v1", "v2"], true],
    ["of a cluster that it is sent to", "cluster1", to("topology.istio.io/cluster=cluster2"), ["v2"], true],
    ["of what its node's zone decides", "cluster1", to("topology.kubernetes.io/zone"), ["v1", "v2"], false],
    ["of what regions decide", "cluster1", { failover: [{ from: "a", to: "b" }] }, ["v1", "v2"], false],
  ])("%s", (_, client, failover, versions, each) => {
    expect(answersOf(client, {}, failover)).toEqual({ versions, each });
  });

  test("of its own network before others, if its own cluster has none", () => {
    const clusters = [cluster(1), cluster(2), cluster(3), cluster(4, { network: "network2" })];
    expect(answersOf("cluster4", { clusters }, {})).toEqual({ versions: ["v2"], each: true });
  });

  test("as its primary says, if it is in a remote", () => {
    const clusters = [cluster(1), cluster(2, { controlPlanes: ["cluster1"] }), cluster(3)];
    expect(answersOf("cluster2", { clusters }, {})).toEqual({ versions: ["v2"], each: true });
  });

  test("of its own cluster only, if helloworld is cluster-local", () => {
    const clusterLocal = ["*.sample.svc.cluster.local"];
    expect(answersOf("cluster2", { clusterLocal })).toEqual({ versions: ["v2"], each: true });
    expect(answersOf("cluster4", { clusterLocal })).toEqual({ versions: [], each: true });
    expect(answersOf("cluster2", { clusterLocal: ["*.other.svc.cluster.local"] })).toMatchObject({
      versions: ["v1", "v2"],
    });
  });

  function to(label: string): LocalityFailoverSpec {
    return { failoverPriority: [label] };
  }
});
