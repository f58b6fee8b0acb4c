import { describe, expect, test } from "vitest";
import { growthOf, secondsAt } from "../../../bench/growth";
import { pageOf } from "../../../bench/page";
import { plotOf } from "../../../bench/plot";
import { renderReport, type Run } from "../../../bench/report";
import { requestsOf } from "../../../bench/requests";
import type { Way } from "../../../bench/ways";

const phase = (name: string, wall: number) => ({
  ...{ name, wall, cpu: wall / 2, written: 2.5e6, requests: 12 },
  processes: { engine: { cpu: 1, memory: 2e8, processes: 1 } },
});
const STATE = {
  resources: 7,
  stored: 3000,
  text: 20_000,
  types: [{ type: "a:b:C", count: 7, bytes: 19_000 }],
};

const run = (way: Way, clusters: number, wall: number): Run => ({
  ...{ way, clusters },
  phases: way === "by-hand" ? [phase("first up", wall)] : [phase("first up", wall), phase("destroy", 1)],
  ...(way === "by-hand" ? {} : { state: STATE }),
});

const RUNS = [
  ...[run("by-hand", 2, 10), run("link", 2, 5), run("link", 2, 9), run("link", 2, 4)],
  ...[run("by-hand", 4, 20), run("link", 4, 20)],
];

describe("a report", () => {
  test("has the medians of each way against the documented way of its size, with their spread", () => {
    const lines = renderReport(RUNS).split("\n");
    expect(lines[0]).toBe("## 2 clusters, 3 rounds");
    expect(lines).toContain(
      "| a Secret per link | first up | 5.0 | 4.0 to 9.0 | 0.50 | 2.5 | 2.5 | 12 | engine 200 |",
    );
    expect(lines).toContain("|  | destroy | 1.0 | 1.0 to 1.0 | 0.10 | 0.5 | 2.5 | 12 | engine 200 |");
    expect(lines).toContain("State, a Secret per link: 7 resources, 3 KB stored, 20 KB of text.");
    expect(lines).toContain("## 4 clusters, 1 round");
  });

  test("says how much of the state is in the largest of several stacks", () => {
    const state = { ...STATE, largest: 6000 };
    expect(renderReport([{ ...run("stacks", 2, 5), state }])).toContain(
      "State, a stack per cluster: 7 resources, 3 KB stored, 20 KB of text, of which 6 in the largest stack.",
    );
  });

  test("says where states were in an object store", () => {
    expect(renderReport([{ ...run("link", 2, 5), backend: "s3" }]).split("\n")[0]).toBe(
      "## 2 clusters, 1 round, states in an object store",
    );
  });

  test("compares with nothing where the documented way was not measured", () => {
    expect(renderReport([run("link", 2, 5)])).toContain("| 5.0 | one run |  | 2.5 |");
  });
});

describe("growth", () => {
  test("is a power of the number of clusters", () => {
    const growth = growthOf(RUNS, "link")!;
    expect(growth.exponent).toBeCloseTo(2);
    expect(secondsAt(growth, 8)).toBeCloseTo(80);
    expect(growthOf(RUNS, "observer")).toBeUndefined();
  });

  test("is that of the three largest sizes", () => {
    const small = [run("link", 1, 100), run("link", 8, 80)];
    expect(growthOf([...RUNS, ...small], "link")!.exponent).toBeCloseTo(2);
  });

  test("is told on the page", () => {
    const page = pageOf(RUNS, { cores: 2, date: new Date("2026-01-02T03:04:05Z") });
    expect(page).toContain("on 2026-01-02, on a machine with 2 cores");
    expect(page).toContain(
      "- a Secret per link: with the number of clusters to the power of 2.00; 3.5 h for 100",
    );
  });
});

test("the plot has a line for each way and chart, and the names of both", async () => {
  const svg = await plotOf(RUNS);
  expect(svg).toMatch(/^<svg .*<\/svg>$/s);
  for (const text of ["first up, seconds", "state, KB of text", "the documented way", "a Secret per link"]) {
    expect(svg).toContain(text);
  }
});

test("requests are those of nobody who belongs to the cluster, in lines that are written to their end", () => {
  const line = (username: string) => JSON.stringify({ user: { username }, verb: "get" });
  const log = [line("admin"), line("system:node:n1"), line("admin"), line("admin").slice(0, -1)].join("\n");
  expect(requestsOf(log)).toBe(2);
});
