import { describe, expect, test } from "vitest";
import { type MeshSpec, type Platform, planMesh, validateMesh } from "../../../components";
import { AZURE, onPlatform } from "../../support/platforms";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, mesh } from "../../support/specs";

const INTERNAL = "clusters[0].gateway.internal";
const IDLE = "clusters[0].gateway.idleTimeoutSeconds";
const POOL = "clusters[0].gateway.addressPool";
const idle = (platform: Platform | undefined, idleTimeoutSeconds: number) =>
  onPlatform(platform, { idleTimeoutSeconds });

const hosted = (platform: Platform): MeshSpec => ({
  gateway: { internal: true },
  clusters: [cluster(1, { platform }), cluster(2, { externalControlPlane: { host: "cluster1" } })],
});

const rules: Record<string, RuleCase> = {
  "an internal load balancer on no platform": {
    bad: onPlatform(undefined, { internal: true }),
    path: INTERNAL,
    message:
      "is true, but cluster1 names no platform, so there is no telling its annotation; set the cluster's",
    good: onPlatform(undefined, { internal: false }),
  },
  "an internal load balancer on kind": {
    bad: onPlatform("kind", { internal: true }),
    path: INTERNAL,
    message: "is true, but cluster1 is on kind: its load balancers are never public; remove it",
    good: onPlatform("kind", { internal: false }),
  },
  "an internal load balancer on premises": {
    bad: onPlatform("on-premises", { internal: true }),
    path: INTERNAL,
    message: "name a pool of internal addresses in addressPool",
    good: onPlatform("on-premises", { addressPool: "internal" }),
  },
  "an internal load balancer on OpenShift": {
    bad: onPlatform("openshift", { internal: true }),
    path: INTERNAL,
    message: "set that load balancer's own annotation in serviceAnnotations",
    good: onPlatform("openshift", { serviceAnnotations: { [`${AZURE}-internal`]: "true" } }),
  },
  "an idle time-out on no platform": {
    bad: idle(undefined, 600),
    path: IDLE,
    message: "is 600, but cluster1 names no platform",
    good: idle("eks", 600),
  },
  "an idle time-out on gke": {
    bad: idle("gke", 600),
    path: IDLE,
    message: "is 600, but cluster1 is on gke: its load balancers' idle time-out cannot be set; remove it",
    good: idle("aks", 600),
  },
  "too short an idle time-out on eks": {
    bad: idle("eks", 59),
    path: IDLE,
    message: "is 59, but cluster1 is on eks: it can be 60 to 6000; choose",
    good: idle("eks", 60),
  },
  "too long an idle time-out on eks": {
    bad: idle("eks", 6001),
    path: IDLE,
    message: "it can be 60 to 6000",
    good: idle("eks", 6000),
  },
  "a fraction of a second": {
    bad: idle("eks", 60.5),
    path: IDLE,
    message: "it can be 60 to 6000",
    good: idle("eks", 61),
  },
  "too short an idle time-out on aks": {
    bad: idle("aks", 180),
    path: IDLE,
    message: "it can be 240 to 6000, a multiple of 60; choose",
    good: idle("aks", 240),
  },
  "too long an idle time-out on aks": {
    bad: idle("aks", 6060),
    path: IDLE,
    message: "it can be 240 to 6000",
    good: idle("aks", 6000),
  },
  "a fraction of a minute on aks": {
    bad: idle("aks", 330),
    path: IDLE,
    message: "a multiple of 60",
    good: idle("aks", 360),
  },
  "an address pool on eks": {
    bad: onPlatform("eks", { addressPool: "mesh" }),
    path: POOL,
    message: "is mesh, but cluster1 is on eks: its addresses come from no pool of MetalLB's; remove it",
    good: onPlatform("on-premises", { addressPool: "mesh" }),
  },
  "an address pool on no platform": {
    bad: onPlatform(undefined, { addressPool: "mesh" }),
    path: POOL,
    message: "names no platform",
    good: onPlatform("openshift", { addressPool: "mesh" }),
  },
  "a mesh-wide setting that the platform of one cluster lacks": {
    bad: mesh(0, {
      gateway: { internal: true },
      clusters: [cluster(1, { platform: "eks" }), cluster(2, { platform: "kind" })],
    }),
    path: "gateway.internal",
    message: "is true, but cluster2 is on kind",
    good: mesh(0, {
      gateway: { internal: true },
      clusters: [
        cluster(1, { platform: "eks" }),
        cluster(2, { platform: "kind", gateway: { internal: false } }),
      ],
    }),
  },
  "a mesh-wide setting that the platform of a host lacks": {
    bad: hosted("kind"),
    path: "gateway.internal",
    message: "is true, but cluster1 is on kind",
    good: hosted("gke"),
  },
};

describe("validateMesh reports", () => {
  testRules(rules);

  test("no mesh-wide setting for the sake of a cluster that has no gateway", () => {
    const clusters = [cluster(1, { platform: "eks" }), cluster(2, { platform: "kind" })];
    const spec = {
      gateway: { internal: true },
      clusters,
      links: [{ observer: "cluster2", observed: "cluster1" }],
    };
    expect(planMesh(spec).clusters[1]?.gateway).toBeUndefined();
    expect(validateMesh(spec)).toEqual([]);
  });
});
