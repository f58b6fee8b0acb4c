import { describe, expect, test } from "vitest";
import { type Answer, type Demand, loadProblems } from "../../lab/support/load-judge";

const START = Date.parse("2026-01-01T12:00:00Z");

const DEMAND: Demand = {
  client: "cluster1",
  from: START,
  until: START + 20_000,
  pods: { cluster2: ["helloworld-v1-a"], cluster3: ["helloworld-v2-b"] },
};

const hello = (instance: string) => `Hello version: v1, instance: ${instance}\n`;

/** Two answers a second for as long as the load runs, as they should be. */
const steady = (service: string, instance: string): Answer[] =>
  Array.from({ length: 40 }, (_, index) => {
    const begun = START + index * 500;
    return { service, begun, ended: begun + 20, status: 200, body: hello(instance) };
  });

const CLUSTER2 = steady("cluster2", "helloworld-v1-a");
const CLUSTER3 = steady("cluster3", "helloworld-v2-b");

/** Changes the answers number `from` up to `to` of cluster2. */
const changed = (from: number, to: number, change: Partial<Answer>) =>
  CLUSTER2.map((answer, index) => (index >= from && index < to ? { ...answer, ...change } : answer));

describe("a load's answers", () => {
  test("are without fault while every service answers all the time", () => {
    expect(loadProblems([...CLUSTER2, ...CLUSTER3], DEMAND)).toEqual([]);
  });

  test.for<[string, Partial<Answer>, string]>([
    ["another status", { status: 503, body: "upstream connect error" }, "503 upstream connect error"],
    ["no answer", { status: 0, body: "TimeoutError: aborted" }, "0 TimeoutError: aborted"],
    ["no name", { body: "Welcome\n" }, "an answer of nobody: Welcome"],
    ["another pod", { body: hello("helloworld-v2-b") }, "an answer of helloworld-v2-b, which is not asked"],
  ])("with %s are a failure, named once with number and times", ([, change, says]) => {
    expect(loadProblems([...changed(4, 6, change), ...CLUSTER3], DEMAND)).toEqual([
      `cluster1 -> cluster2: ${says}, 2 times from 12:00:02.000Z to 12:00:02.500Z`,
    ]);
  });

  test("of a request that was under way at the end count as well", () => {
    const last: Answer = {
      service: "cluster3",
      begun: DEMAND.until - 10,
      ended: DEMAND.until + 9990,
      status: 0,
      body: "TimeoutError",
    };
    expect(loadProblems([...CLUSTER2, ...CLUSTER3, last], DEMAND)).toEqual([
      "cluster1 -> cluster3: 0 TimeoutError, 1 times from 12:00:19.990Z to 12:00:19.990Z",
    ]);
  });

  describe("leave a gap", () => {
    const gap = (from: number, to: number) =>
      loadProblems([...CLUSTER2.toSpliced(from, to - from), ...CLUSTER3], DEMAND);

    test("in the middle, whatever other services answer", () => {
      expect(gap(10, 21)).toEqual([
        "cluster1 -> cluster2: no answer for 6.0 s, from 12:00:04.520Z to 12:00:10.520Z",
      ]);
    });

    test("at the beginning", () => {
      expect(gap(0, 11)).toEqual([
        "cluster1 -> cluster2: no answer for 5.5 s, from 12:00:00.000Z to 12:00:05.520Z",
      ]);
    });

    test("at the end", () => {
      expect(gap(29, 40)).toEqual([
        "cluster1 -> cluster2: no answer for 6.0 s, from 12:00:14.020Z to 12:00:20.000Z",
      ]);
    });

    test("from a service that never answers", () => {
      expect(loadProblems(CLUSTER2, DEMAND)).toEqual([
        "cluster1 -> cluster3: no answer for 20.0 s, from 12:00:00.000Z to 12:00:20.000Z",
      ]);
    });

    test("where failures alone were answered", () => {
      expect(loadProblems([...changed(10, 21, { status: 503, body: "none" }), ...CLUSTER3], DEMAND)).toEqual([
        "cluster1 -> cluster2: 503 none, 11 times from 12:00:05.000Z to 12:00:10.000Z",
        "cluster1 -> cluster2: no answer for 6.0 s, from 12:00:04.520Z to 12:00:10.520Z",
      ]);
    });

    test("and none while it is shorter than that", () => {
      expect(gap(10, 19)).toEqual([]);
    });
  });
});
