import { describe, expect, test } from "vitest";
import { type MeshSpec, validateMesh } from "../../../components";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, links, mesh } from "../../support/specs";

const named = (name: string): MeshSpec => ({ clusters: [cluster(1), cluster(2, { name })] });
const onNetwork = (network: string): MeshSpec => ({ clusters: [cluster(1), cluster(2, { network })] });
const linked = (text: string) => mesh(2, { links: links(text) });
const ca = (intermediateValidityDays: number, rootValidityDays: number) =>
  mesh(1, { ca: { intermediateValidityDays, rootValidityDays } });

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
};

describe("validateMesh reports", () => {
  testRules(rows);

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
  });
});
