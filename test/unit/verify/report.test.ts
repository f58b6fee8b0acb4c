import { describe, expect, it } from "vitest";
import { planMesh } from "../../../components/spec/mesh/plan";
import { countAnswers, defaultRequests } from "../../../verify/checks/request";
import { renderReport } from "../../../verify/render";
import { type CheckResult, makeReport } from "../../../verify/report";

const FINE: CheckResult = { check: "api", cluster: "c1", status: "ok", detail: "ready" };
const SKIPPED: CheckResult = {
  check: "gateway",
  cluster: "c1",
  peer: "c2",
  status: "skipped",
  detail: "no client",
};
const BROKEN: CheckResult = {
  check: "remote-sync",
  cluster: "c1",
  peer: "c2",
  status: "failed",
  detail: "mend it",
};

const CLUSTER_OF = new Map([
  ["p1", "c1"],
  ["p2", "c2"],
]);

function answered(...pods: [version: string, pod: string][]) {
  return pods.map(([version, pod]) => ({ version, pod }));
}

describe("a report", () => {
  it("is ok when something was checked and nothing failed", () => {
    expect(makeReport([FINE, SKIPPED], []).ok).toBe(true);
    expect(makeReport([FINE, BROKEN], []).ok).toBe(false);
    expect(makeReport([SKIPPED], []).ok).toBe(false);
    expect(makeReport([], []).ok).toBe(false);
  });

  it("has its rows in the order of the checks, whatever the order they ended in", () => {
    expect(makeReport([SKIPPED, BROKEN, FINE], []).checks).toEqual([FINE, BROKEN, SKIPPED]);
  });

  it("survives JSON", () => {
    const report = makeReport([FINE, BROKEN], []);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe("a client's answers", () => {
  const both = answered(["v1", "p1"], ["v2", "p2"], ["v1", "p2"]);

  it("are ok when each expected version answered and nothing failed", () => {
    expect(countAnswers("c1", 3, both, CLUSTER_OF, ["v1", "v2"])).toEqual({
      client: "c1",
      requests: 3,
      byVersion: { v1: 2, v2: 1 },
      byCluster: { c1: 1, c2: 2 },
      failed: 0,
      expectedVersions: ["v1", "v2"],
      ok: true,
    });
  });

  it.each([
    ["a version is missing", 1, answered(["v1", "p1"]), ["v1", "v2"]],
    ["a version answers that is not planned", 3, both, ["v1"]],
    ["a request failed", 4, both, ["v1", "v2"]],
    ["nothing answered", 3, [], ["v1", "v2"]],
  ])("are not ok when %s", (_, requests, answers, expected) => {
    expect(countAnswers("c1", requests, answers, CLUSTER_OF, expected).ok).toBe(false);
  });

  it("are ok with one version of those of which one is enough, and with no other", () => {
    const count = (version: string) =>
      countAnswers("c1", 1, answered([version, "p1"]), CLUSTER_OF, ["v1", "v2"], { anyOf: true });
    expect(count("v2")).toMatchObject({ ok: true, anyOf: true });
    expect(count("v3").ok).toBe(false);
    expect(renderReport(makeReport([FINE], [count("v2")]))).toContain("v1 or v2");
  });

  it("count pods of clusters that cannot be read as unknown", () => {
    const { byCluster } = countAnswers("c1", 1, answered(["v1", "p9"]), CLUSTER_OF, ["v1"]);
    expect(byCluster).toEqual({ unknown: 1 });
  });

  it("come of 20 requests a cluster, at least 30", () => {
    const plan = (count: number) =>
      planMesh({ clusters: Array.from({ length: count }, (_, i) => ({ name: `c${i}`, network: "n" })) });
    expect(defaultRequests(plan(1))).toBe(30);
    expect(defaultRequests(plan(3))).toBe(60);
  });
});

describe("a rendered report", () => {
  const answers = [
    countAnswers("c1", 2, answered(["v1", "p1"], ["v2", "p2"]), CLUSTER_OF, ["v1", "v2"]),
    countAnswers("c2", 12, answered(["v1", "p1"]), CLUSTER_OF, ["v1", "v2"]),
  ];

  it("shows checks per cluster and pair, what to mend, and who answered whom", () => {
    expect(renderReport(makeReport([FINE, BROKEN, SKIPPED], answers))).toBe(
      [
        "cluster   api  remote-sync  gateway",
        "c1        ok   -            -",
        "c1 -> c2  -    FAILED       skipped",
        "",
        "Failed:",
        "  remote-sync c1 -> c2:",
        "    mend it",
        "",
        "Skipped:",
        "  gateway c1 -> c2:",
        "    no client",
        "",
        "Answers by version, per client cluster:",
        "client  v1  v2  failed  requests  expected  result",
        "c1       1   1       0         2  v1, v2    ok",
        "c2       1   0      11        12  v1, v2    FAILED",
        "",
        "Answers by cluster, per client cluster:",
        "client  c1  c2  failed  requests  expected  result",
        "c1       1   1       0         2  v1, v2    ok",
        "c2       1   0      11        12  v1, v2    FAILED",
        "",
        "The mesh is NOT as planned: 1 ok, 1 failed, 1 skipped.",
      ].join("\n"),
    );
  });

  it("says once what several rows have in common", () => {
    const rows: CheckResult[] = [{ ...FINE, status: "failed", detail: "mend it" }, BROKEN];
    expect(renderReport(makeReport(rows, []))).toContain("  api c1, remote-sync c1 -> c2:\n    mend it\n");
  });

  it("leaves out what there is nothing of", () => {
    expect(renderReport(makeReport([FINE], []))).toBe(
      ["cluster  api", "c1       ok", "", "The mesh is as planned: 1 ok, 0 failed, 0 skipped."].join("\n"),
    );
  });
});
