import { describe, expect, test } from "vitest";
import { type MeshSpec, validateMesh } from "../../../components";
import { type RuleCase, testRules } from "../../support/rules";
import { mesh } from "../../support/specs";

const apps = (sampleApps: Partial<NonNullable<MeshSpec["sampleApps"]>>) =>
  mesh(1, { sampleApps: { helloworld: {}, ...sampleApps } });

const rows: Record<string, RuleCase> = {
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
  "an unknown workload of bookinfo": {
    bad: apps({ bookinfo: { cluster1: ["reviews"] } }),
    path: "sampleApps.bookinfo.cluster1[0]",
    message: '"reviews" is no workload of Istio\'s bookinfo; use productpage-v1, details-v1',
    good: apps({ bookinfo: { cluster1: ["reviews-v1", "reviews-v2"] } }),
  },
  "a workload of bookinfo that is listed twice": {
    bad: apps({ bookinfo: { cluster1: ["ratings-v1", "ratings-v1"] } }),
    path: "sampleApps.bookinfo.cluster1[1]",
    message: "ratings-v1 is there already",
    good: apps({ bookinfo: { cluster1: ["ratings-v1"] } }),
  },
  "bookinfo in an unknown cluster": {
    bad: apps({ bookinfo: { cluster9: [] } }),
    path: "sampleApps.bookinfo.cluster9",
    message: '"cluster9" is not a cluster of this mesh',
    good: apps({ bookinfo: { cluster1: [] } }),
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
    message: '"Sample" is not a DNS-1123 label; use lower-case letters',
    good: apps({ namespace: "sample" }),
  },
};

describe("validateMesh reports", () => {
  testRules(rows);

  describe("as it should", () => {
    test("a helloworld version given twice, which would be one Deployment twice", () => {
      expect(validateMesh(apps({ helloworld: { cluster1: ["v1", "v1"] } }))).toHaveLength(1);
    });
  });
});
