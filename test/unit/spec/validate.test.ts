import { describe, expect, test } from "vitest";
import { type GatewaySpec, type MeshSpec, validateMesh } from "../../../components";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, links, mesh } from "../../support/specs";

const named = (name: string): MeshSpec => ({ clusters: [cluster(1), cluster(2, { name })] });
const onNetwork = (network: string): MeshSpec => ({ clusters: [cluster(1), cluster(2, { network })] });
const linked = (text: string) => mesh(2, { links: links(text) });
const gateway = (settings: GatewaySpec) => mesh(2, { gateway: settings });
const ca = (intermediateValidityDays: number, rootValidityDays: number) =>
  mesh(1, { ca: { intermediateValidityDays, rootValidityDays } });
const apps = (sampleApps: Partial<NonNullable<MeshSpec["sampleApps"]>>) =>
  mesh(1, { sampleApps: { helloworld: {}, ...sampleApps } });

const NOT_A_LABEL = "is not a DNS-1123 label; use lower-case letters";

const rows: Record<string, RuleCase> = {
  "no clusters": { bad: mesh(0), path: "clusters", message: "list at least one cluster", good: mesh(1) },
  "an empty name": {
    bad: named(""),
    path: "clusters[1].name",
    message: "must not be empty; give it",
    good: named("a"),
  },
  "a name of 64 characters": {
    bad: named("a".repeat(64)),
    path: "clusters[1].name",
    message: "has 64 characters; shorten it to at most 63",
    good: named("a".repeat(63)),
  },
  "an upper-case name": {
    bad: named("Cluster2"),
    path: "clusters[1].name",
    message: `"Cluster2" ${NOT_A_LABEL}`,
    good: named("cluster-2"),
  },
  "a name with a dot": {
    bad: named("eu.west"),
    path: "clusters[1].name",
    message: `"eu.west" ${NOT_A_LABEL}`,
    good: named("eu-west"),
  },
  "a name that ends with a dash": {
    bad: named("cluster-"),
    path: "clusters[1].name",
    message: `"cluster-" ${NOT_A_LABEL}`,
    good: named("cluster-0"),
  },
  "a name that ends with a line break": {
    bad: named("cluster2\n"),
    path: "clusters[1].name",
    message: NOT_A_LABEL,
    good: named("cluster2"),
  },
  "the name Kubernetes": {
    bad: named("Kubernetes"),
    path: "clusters[1].name",
    message: "must not be Kubernetes: that is the ID that Istio gives",
    good: named("kubernetes"),
  },
  // Of such names `constructor` alone is a label.
  "a name that every JavaScript object has": {
    bad: named("constructor"),
    path: "clusters[1].name",
    message: "must not be constructor, which every JavaScript object has",
    good: named("constructors"),
  },
  "a duplicate name": {
    bad: named("cluster1"),
    path: "clusters[1].name",
    message: '"cluster1" is already the name of clusters[0]; give each cluster its own',
    good: named("cluster3"),
  },
  "an empty network": {
    bad: onNetwork(""),
    path: "clusters[1].network",
    message: "must not be empty",
    good: onNetwork("network1"),
  },
  "a network that is no label": {
    bad: onNetwork("net_2"),
    path: "clusters[1].network",
    message: `"net_2" ${NOT_A_LABEL}`,
    good: onNetwork("net-2"),
  },
  "a mesh ID that is no label": {
    bad: mesh(1, { meshId: "Mesh" }),
    path: "meshId",
    message: `"Mesh" ${NOT_A_LABEL}`,
    good: mesh(1, { meshId: "mesh" }),
  },
  "a trust domain that is no DNS name": {
    bad: mesh(1, { trustDomain: "cluster..local" }),
    path: "trustDomain",
    message: '"cluster..local" is not a DNS name; use lower-case labels joined by dots',
    good: mesh(1, { trustDomain: "td.example.org" }),
  },
  "two chart sources": {
    bad: mesh(1, { istio: { charts: { folder: "charts", oci: "oci://r" } } }),
    path: "istio.charts",
    message: "sets oci and folder; keep one of them",
    good: mesh(1, { istio: { charts: { folder: "charts" } } }),
  },
  "an intermediate that outlives the root": {
    bad: ca(366, 365),
    path: "ca.intermediateValidityDays",
    message: "is 366, so intermediates would outlive the root (365 days); lower it",
    good: ca(365, 365),
  },
  "an intermediate that outlives the default root": {
    bad: mesh(1, { ca: { intermediateValidityDays: 3651 } }),
    path: "ca.intermediateValidityDays",
    message: "outlive the root (3650 days)",
    good: mesh(1, { ca: { intermediateValidityDays: 3650 } }),
  },
  "a link to itself": {
    bad: linked("cluster1>cluster2 cluster1>cluster1"),
    path: "links[1]",
    message: "links cluster1 to itself; a cluster always knows itself, remove the link",
    good: linked("cluster1>cluster2 cluster2>cluster1"),
  },
  "a link given twice": {
    bad: linked("cluster1>cluster2 cluster1>cluster2"),
    path: "links[1]",
    message: "cluster1 -> cluster2 is already links[0]; remove one of them",
    good: linked("cluster1>cluster2"),
  },
  "an unknown observer": {
    bad: linked("cluster9>cluster2"),
    path: "links[0].observer",
    message: '"cluster9" is not a cluster of this mesh; known are cluster1, cluster2',
    good: linked("cluster1>cluster2"),
  },
  "an unknown observed cluster": {
    bad: linked("cluster1>cluster9"),
    path: "links[0].observed",
    message: '"cluster9" is not a cluster of this mesh',
    good: linked("cluster1>cluster2"),
  },
  "a disabled gateway that another network needs": {
    bad: { clusters: [cluster(1), cluster(2, { gateway: { enabled: false } })] },
    path: "clusters[1].gateway.enabled",
    message:
      "is false, but cluster2 (network2) is reached from other networks by cluster1; enable the gateway or remove",
    good: {
      clusters: [cluster(1), cluster(2, { gateway: { enabled: false } })],
      links: links("cluster2>cluster1"),
    },
  },
  "a disabled gateway whose network has another one that does not know the cluster": {
    bad: {
      clusters: [
        cluster(1),
        cluster(2, { gateway: { enabled: false } }),
        cluster(3, { network: "network2" }),
      ],
      links: links("cluster1>cluster2 cluster1>cluster3"),
    },
    path: "clusters[1].gateway.enabled",
    message: "is false, but cluster2 (network2) is reached from other networks by cluster1",
    good: {
      clusters: [
        cluster(1),
        cluster(2, { gateway: { enabled: false } }),
        cluster(3, { network: "network2" }),
      ],
    },
  },
  "gateways disabled for all where one is needed": {
    bad: mesh(2, { gateway: { enabled: false }, links: links("cluster1>cluster2") }),
    path: "gateway.enabled",
    message: "is false, but cluster2 (network2) is reached",
    good: {
      clusters: [cluster(1), cluster(2, { gateway: { enabled: true } })],
      gateway: { enabled: false },
      links: links("cluster1>cluster2"),
    },
  },
  "a fixed replica count beside an autoscaler's": {
    bad: gateway({ replicas: 2, minReplicas: 1 }),
    path: "gateway.replicas",
    message: "fixes the count, so minReplicas and maxReplicas have no effect",
    good: gateway({ replicas: 2 }),
  },
  "a minimum above the maximum": {
    bad: gateway({ minReplicas: 3, maxReplicas: 2 }),
    path: "gateway.minReplicas",
    message: "is above maxReplicas (2)",
    good: gateway({ minReplicas: 2, maxReplicas: 2 }),
  },
  "a minimum above the default maximum": {
    bad: gateway({ minReplicas: 6 }),
    path: "gateway.minReplicas",
    message: "is above maxReplicas (5)",
    good: gateway({ minReplicas: 5 }),
  },
  "no exposed hosts": {
    bad: gateway({ hosts: [] }),
    path: "gateway.hosts",
    message: 'is empty, so nothing could be reached; list hosts, or leave it out for "*.local"',
    good: gateway({ hosts: ["*.sample.svc.cluster.local"] }),
  },
  "a source range without a prefix length": {
    bad: gateway({ sourceRanges: ["192.0.2.0/24", "192.0.2.1"] }),
    path: "gateway.sourceRanges[1]",
    message: '"192.0.2.1" is not a CIDR such as 203.0.113.0/24',
    good: gateway({ sourceRanges: ["192.0.2.0/24", "2001:db8::/32"] }),
  },
  "a source range with too long a prefix": {
    bad: gateway({ sourceRanges: ["192.0.2.0/33"] }),
    path: "gateway.sourceRanges[0]",
    message: "is not a CIDR",
    good: gateway({ sourceRanges: ["192.0.2.0/32", "2001:db8::/128"] }),
  },
  "an unknown helloworld version": {
    bad: apps({ helloworld: { cluster1: ["v1", "v3"] } }),
    path: "sampleApps.helloworld.cluster1[1]",
    message: '"v3" is no version of Istio\'s helloworld; use v1 or v2',
    good: apps({ helloworld: { cluster1: ["v1", "v2"] } }),
  },
  "a helloworld in an unknown cluster": {
    bad: apps({ helloworld: { cluster9: ["v1"] } }),
    path: "sampleApps.helloworld.cluster9",
    message: '"cluster9" is not a cluster of this mesh; known are cluster1',
    good: apps({ helloworld: { cluster1: [] } }),
  },
  "a client in an unknown cluster": {
    bad: apps({ clients: ["cluster1", "cluster9"] }),
    path: "sampleApps.clients[1]",
    message: '"cluster9" is not a cluster of this mesh',
    good: apps({ clients: [] }),
  },
  "a sample namespace that is no label": {
    bad: apps({ namespace: "Sample" }),
    path: "sampleApps.namespace",
    message: `"Sample" ${NOT_A_LABEL}`,
    good: apps({ namespace: "sample" }),
  },
};

describe("validateMesh reports", () => {
  testRules(rows);

  test("the gateway settings of one cluster under that cluster's path", () => {
    const clusters = [cluster(1), cluster(2, { gateway: { minReplicas: 6 } })];
    expect(validateMesh({ clusters }).map(({ path }) => path)).toEqual(["clusters[1].gateway.minReplicas"]);
  });

  test("every problem at once, in the order of the spec", () => {
    const spec = mesh(0, {
      meshId: "",
      ca: { intermediateValidityDays: 9999 },
      clusters: [cluster(1, { name: "A" }), cluster(2, { network: "" })],
      links: links("A>A"),
    });
    expect(validateMesh(spec).map(({ path }) => path)).toEqual([
      "meshId",
      "ca.intermediateValidityDays",
      "clusters[0].name",
      "clusters[1].network",
      "links[0]",
    ]);
  });

  describe("as it should", () => {
    test("nothing of a CA setting that is undefined, for which the planner takes the default", () => {
      expect(validateMesh(mesh(1, { ca: { rootValidityDays: undefined } }))).toEqual([]);
    });

    test("bounds that only the mesh's and a cluster's settings together turn round", () => {
      const clusters = [cluster(1, { gateway: { maxReplicas: 2 } })];
      expect(validateMesh({ gateway: { minReplicas: 4 }, clusters })).toHaveLength(1);
    });

    test("a helloworld version given twice, which would be one Deployment twice", () => {
      expect(validateMesh(apps({ helloworld: { cluster1: ["v1", "v1"] } }))).toHaveLength(1);
    });
  });
});
