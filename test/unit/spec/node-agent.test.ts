import { describe, expect, test } from "vitest";
import type { ClusterSpec, MeshSpec } from "../../../components";
import { nodeAgent } from "../../../components/spec/istio/cni";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster } from "../../support/specs";

const and = (changes: Partial<ClusterSpec>): MeshSpec => ({ clusters: [cluster(1), cluster(2, changes)] });

const rules: Record<string, RuleCase> = {
  "openshift without a word of the node agent": {
    bad: and({ platform: "openshift" }),
    path: "clusters[1].istioCni",
    message:
      "is not true, but cluster2 is on openshift, where pods with sidecars start only with Istio's CNI node agent",
    good: and({ platform: "openshift", istioCni: true }),
  },
  "a remote on openshift without a word of the node agent": {
    bad: and({ platform: "openshift", controlPlanes: ["cluster1"] }),
    path: "clusters[1].istioCni",
    message: "docs/runbooks/openshift.md",
    good: and({ platform: "openshift", controlPlanes: ["cluster1"], istioCni: true }),
  },
  "the node agent where nothing looks for it": {
    bad: and({ platform: "gke", istioCni: true }),
    path: "clusters[1].istioCni",
    message: "remove it from cluster2",
    good: and({ platform: "gke", istioCni: false }),
  },
  "a host that has no proxies": {
    bad: {
      clusters: [
        cluster(1, { platform: "openshift", istioCni: false }),
        cluster(2, { platform: "openshift", externalControlPlane: { host: "cluster1" } }),
      ],
    },
    path: "clusters[1].istioCni",
    message: "cluster2 is on openshift",
    good: {
      clusters: [
        cluster(1, { platform: "openshift" }),
        cluster(2, { platform: "openshift", externalControlPlane: { host: "cluster1" }, istioCni: true }),
      ],
    },
  },
};

describe("Istio's CNI node agent", () => {
  testRules(rules);

  test("is the matter of whoever installed an istiod that is adopted", () => {
    expect(nodeAgent(and({ platform: "openshift", adopt: ["istiod"] }))).toEqual([]);
  });
});
