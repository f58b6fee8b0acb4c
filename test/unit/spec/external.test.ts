import { describe, expect, test } from "vitest";
import { planMesh } from "../../../components";
import { istiodOf } from "../../../components/topology/links";
import { HOSTED, hostedMesh } from "../../support/hosted";
import { cluster } from "../../support/specs";

describe("the plan of an external control plane", () => {
  const plan = planMesh(
    hostedMesh(
      { host: { gateway: { addressType: "hostname", sourceRanges: ["10.0.0.0/8"] } } },
      { gateway: { enabled: true }, sampleApps: { helloworld: { cluster2: ["v1"] } } },
    ),
  );
  const [host, config, remote] = plan.clusters;

  test("tells host and config cluster of each other", () => {
    expect(host?.runsIstiodOf).toBe("cluster2");
    expect(config?.externalControlPlane).toEqual({
      host: "cluster1",
      addressType: "hostname",
      serviceAnnotations: {},
      sourceRanges: ["10.0.0.0/8"],
    });
    expect([config?.runsIstiodOf, host?.externalControlPlane, remote?.externalControlPlane]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("keeps the host out of links, sample applications and gateways", () => {
    expect(plan.links.map(({ observer, observed }) => `${observer}>${observed}`)).toEqual([
      "cluster2>cluster3",
    ]);
    expect(plan.sampleApps.map((apps) => apps.cluster)).toEqual(["cluster2", "cluster3"]);
    expect(host?.gateway).toBeUndefined();
  });

  test("opens no gateway to istiod, which has a load balancer of its own", () => {
    expect(config?.gateway).toMatchObject({ exposesServices: true, exposesIstiod: false });
  });

  test("finds every member's istiod in the host", () => {
    expect(["cluster2", "cluster3"].map((name) => istiodOf(plan, name))).toEqual(["cluster1", "cluster1"]);
    expect(istiodOf(planMesh({ clusters: [cluster(1)] }), "cluster1")).toBe("cluster1");
  });
});

describe("a mesh of a primary and an external control plane", () => {
  test("links the two as two primaries", () => {
    const { links } = planMesh({ clusters: [cluster(1), cluster(2, HOSTED), cluster(3)] });
    expect(links.map(({ observer, observed }) => `${observer}>${observed}`)).toEqual([
      "cluster2>cluster3",
      "cluster3>cluster2",
    ]);
  });
});
