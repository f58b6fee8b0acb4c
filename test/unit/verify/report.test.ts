import { describe, expect, it } from "vitest";
import { defaultRequests, failuresSince, judgeClient, judgePeer } from "../../../verify/checks/request";
import { countAnswers } from "../../../verify/count-answers";
import { planMesh } from "../../../components/spec/mesh/plan";
import { renderReport } from "../../../verify/render";
import { type CheckResult, EXIT_CODES, makeReport } from "../../../verify/report";

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

const V1_V2 = { versions: ["v1", "v2"], clusters: [] };

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

  it("tells what is amiss, which exits with 1, from what could not be looked at, with 2", () => {
    const codeOf = (...rows: CheckResult[]) => EXIT_CODES[makeReport(rows, []).result];
    const unseen: CheckResult = { ...BROKEN, couldNotLook: true };
    expect([codeOf(FINE), codeOf(FINE, SKIPPED)]).toEqual([0, 0]);
    expect([codeOf(FINE, BROKEN), codeOf(BROKEN, unseen)]).toEqual([1, 1]);
    expect([codeOf(FINE, unseen), codeOf(SKIPPED), codeOf()]).toEqual([2, 2, 2]);
    expect(renderReport(makeReport([FINE, unseen], []))).toContain("could NOT be looked at: 1 ok, 1 failed");
  });

  it("says what was skipped instead of that all is as planned", () => {
    const report = makeReport([FINE, SKIPPED], []);
    expect(report.complete).toBe(false);
    expect(renderReport(report)).toContain(
      "Nothing is amiss, but not everything was looked at: 1 ok, 0 failed, 1 skipped.",
    );
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
  const count = (
    requests: number,
    answers: ReturnType<typeof answered>,
    expected: Parameters<typeof countAnswers>[3],
    retried = {},
  ) => countAnswers("c1", { requests, answers, retried }, CLUSTER_OF, expected);

  it("are ok when each expected version answered and nothing failed", () => {
    expect(count(3, both, { versions: ["v1", "v2"], clusters: ["c1", "c2"] })).toEqual({
      client: "c1",
      requests: 3,
      byVersion: { v1: 2, v2: 1 },
      byCluster: { c1: 1, c2: 2 },
      failed: 0,
      retried: {},
      expectedVersions: ["v1", "v2"],
      expectedClusters: ["c1", "c2"],
      ok: true,
    });
  });

  it.each([
    ["a version is missing", 1, answered(["v1", "p1"]), ["v1", "v2"]],
    ["a version answers that is not planned", 3, both, ["v1"]],
    ["a request failed", 4, both, ["v1", "v2"]],
    ["nothing answered", 3, [], ["v1", "v2"]],
  ])("are not ok when %s", (_, requests, answers, expected) => {
    expect(count(requests, answers, { versions: expected, clusters: [] }).ok).toBe(false);
  });

  it("are not ok when a cluster is missing that has the same version as another one", () => {
    const answers = count(2, answered(["v1", "p1"], ["v1", "p1"]), {
      versions: ["v1"],
      clusters: ["c1", "c2"],
    });
    const sent = { answers, firstError: undefined, remark: "" };
    expect(answers.ok).toBe(false);
    expect(judgePeer(sent, "c2")).toMatchObject({ status: "failed" });
    expect(judgePeer(sent, "c1")).toEqual({ status: "ok", detail: "2 of 2 answers" });
    expect(judgeClient(sent).status).toBe("ok");
  });

  it("show what proxies tried in vain before they tried elsewhere", () => {
    const endpoint = (address: string, failures: number) => ({
      address,
      health: "healthy",
      connections: 1,
      failures,
    });
    const retried = failuresSince([endpoint("a", 2), endpoint("b", 1)], [endpoint("a", 5), endpoint("b", 1)]);
    expect(retried).toEqual({ a: 3 });
    expect(failuresSince(undefined, [endpoint("a", 5)])).toEqual({});
    const answers = count(1, answered(["v1", "p1"]), { versions: ["v1"], clusters: ["c1"] }, retried);
    expect(judgeClient({ answers, firstError: undefined, remark: "" })).toEqual({
      status: "ok",
      detail: "1 requests, answered by v1; its proxy tried again after failures: 3 at a",
    });
  });

  it("are ok with one version of those of which one is enough, and with no other", () => {
    const one = (version: string) => count(1, answered([version, "p1"]), { ...V1_V2, anyOf: true });
    expect(one("v2")).toMatchObject({ ok: true, anyOf: true });
    expect(one("v3").ok).toBe(false);
    expect(renderReport(makeReport([FINE], [one("v2")]))).toContain("v1 or v2");
  });

  it("count pods of clusters that cannot be read as unknown", () => {
    const { byCluster } = count(1, answered(["v1", "p9"]), { versions: ["v1"], clusters: [] });
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
    countAnswers("c1", { requests: 2, answers: answered(["v1", "p1"], ["v2", "p2"]) }, CLUSTER_OF, V1_V2),
    countAnswers(
      "c2",
      { requests: 12, answers: answered(["v1", "p1"]), retried: { a: 2, b: 1 } },
      CLUSTER_OF,
      { ...V1_V2, clusters: ["c1", "c2"] },
    ),
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
        "client  v1  v2  retried  failed  requests  expected  result",
        "c1       1   1        0       0         2  v1, v2    ok",
        "c2       1   0        3      11        12  v1, v2    FAILED",
        "",
        "Answers by cluster, per client cluster:",
        "client  c1  c2  retried  failed  requests  expected  result",
        "c1       1   1        0       0         2  any       ok",
        "c2       1   0        3      11        12  c1, c2    FAILED",
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
