import { describe, expect, test } from "vitest";
import { type LocalityFailoverSpec, type MeshSpec, planMesh } from "../../../components";
import { sampleApps } from "../../../components/objects/sample-apps";
import { expectedAnswers } from "../../../components/spec/sample-apps/answers";
import { objectsOf } from "../../support/objects";
import { cluster, mesh } from "../../support/specs";

describe("the sample applications' failover", () => {
  const input = { namespace: "apps", helloworldVersions: ["v1"], client: true };
  const rulesOf = (failover?: LocalityFailoverSpec) =>
    objectsOf<{ kind: string }>((chart) => sampleApps(chart, { ...input, failover })).filter(
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
      sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] }, failover: {} },
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
