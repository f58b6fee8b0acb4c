import { describe, expect, test } from "vitest";
import { type GatewaySpec, validateMesh } from "../../../components";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, links, mesh } from "../../support/specs";

const gateway = (settings: GatewaySpec) => mesh(2, { gateway: settings });

const rows: Record<string, RuleCase> = {
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
  "a URL in place of an exposed host": {
    bad: gateway({ hosts: ["*.local", "https://db.shop.svc.cluster.local/"] }),
    path: "gateway.hosts[1]",
    message:
      '"https://db.shop.svc.cluster.local/" is no host to Istio; write db.shop.svc.cluster.local: the name alone, without scheme, port and path',
    good: gateway({ hosts: ["*.local", "db.shop.svc.cluster.local"] }),
  },
  "an exposed host with a port": {
    bad: gateway({ hosts: ["*.shop.svc.cluster.local:5432"] }),
    path: "gateway.hosts[0]",
    message: "write *.shop.svc.cluster.local: the name alone",
    good: gateway({ hosts: ["shop/*.local", "*/db.example.com", "./*", "*"] }),
  },
  "the short name of an exposed host": {
    bad: gateway({ hosts: ["db"] }),
    path: "gateway.hosts[0]",
    message:
      '"db" is no host to Istio; write the full name of a Service, such as db.shop.svc.cluster.local, or a pattern such as *.shop.svc.cluster.local',
    good: gateway({ hosts: ["db.shop.svc.cluster.local"] }),
  },
  "an address as an exposed host": {
    bad: gateway({ hosts: ["192.0.2.1"] }),
    path: "gateway.hosts[0]",
    message: '"192.0.2.1" is no host to Istio',
    good: gateway({ hosts: ["*.local"] }),
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
};

describe("validateMesh reports", () => {
  testRules(rows);

  test("the gateway settings of one cluster under that cluster's path", () => {
    const clusters = [cluster(1), cluster(2, { gateway: { minReplicas: 6 } })];
    expect(validateMesh({ clusters }).map(({ path }) => path)).toEqual(["clusters[1].gateway.minReplicas"]);
  });

  describe("as it should", () => {
    test("bounds that only the mesh's and a cluster's settings together turn round", () => {
      const clusters = [cluster(1, { gateway: { maxReplicas: 2 } })];
      expect(validateMesh({ gateway: { minReplicas: 4 }, clusters })).toHaveLength(1);
    });
  });
});
