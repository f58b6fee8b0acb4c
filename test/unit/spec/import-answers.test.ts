import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh } from "../../../components";
import { answeringClusters, expectedAnswers } from "../../../components/spec/sample-apps/answers";
import { cluster, importing, importLinks, links, service } from "../../support/specs";

describe("who answers a client of an importer", () => {
  const sampleApps = {
    namespace: "sample",
    helloworld: { cluster1: ["v1"], cluster2: ["v2"], cluster3: ["v1"] },
  };
  const answers = (spec: MeshSpec, client = "cluster1") => {
    const plan = planMesh({ ...spec, sampleApps });
    return { ...answeringClusters(plan, client), ...expectedAnswers(plan, client) };
  };
  const everywhere = service({ clusters: ["cluster1", "cluster2", "cluster3"] });

  test("is its own cluster and the exporters behind helloworld's own host", () => {
    const spec = importing("cluster1>cluster2", [everywhere], [{ services: {} }]);
    expect(answers(spec)).toEqual({ clusters: ["cluster1", "cluster2"], versions: ["v1", "v2"], each: true });
    expect(answers(spec, "cluster2").clusters).toEqual(["cluster2"]);
    const other = importing("cluster1>cluster2", [service()], [{ services: {}, host: "a.b" }], {
      dnsCapture: true,
    });
    expect(answers(other).clusters).toEqual(["cluster1"]);
  });

  test("is whoever the exporter's gateway leads to as well", () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { network: "network2" })];
    const text = [...importLinks("cluster1>cluster2"), ...links("cluster2>cluster3")];
    const spec = importing("", [everywhere], [{ services: {} }], { clusters, links: text });
    expect(answers(spec).clusters).toEqual(["cluster1", "cluster2", "cluster3"]);
  });

  test("is its own network first under failover, and its own cluster also where others share its network", () => {
    const imports = [{ services: {}, failover: {} }];
    const spec = importing("cluster1>cluster2", [everywhere], imports);
    expect(answers(spec).clusters).toEqual(["cluster1"]);
    const clusters = [1, 2, 3].map((index) => cluster(index, { network: "network1" }));
    expect(answers({ ...spec, clusters }).clusters).toEqual(["cluster1"]);
  });

  test("is in the importer's remotes what it is in the importer", () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })];
    const spec = importing("cluster1>cluster2", [service()], [{ services: {} }], { clusters });
    expect(answers(spec, "cluster3").clusters.toSorted()).toEqual(["cluster1", "cluster2", "cluster3"]);
  });

  test("may be any version where a cluster of another stack is behind the host", () => {
    const spec = importing("cluster1>west", [service({ clusters: ["west"] })], [{ services: {} }], {
      exporters: [{ name: "west", addresses: ["192.0.2.9"] }],
    });
    expect(answers(spec)).toMatchObject({ versions: ["v1", "v2"], each: false });
  });
});
