import { expect, test } from "vitest";
import type { TakeOverPlan } from "../../../../ops/take-over";
import { describeTakeOver } from "../../../../ops/take-over/report";

const plan = (changes: Partial<TakeOverPlan>): TakeOverPlan => ({
  targets: new Map(),
  survey: { file: {}, planned: [], found: [], anew: [] },
  base: new Map(),
  steps: [],
  left: new Map(),
  refusals: [],
  ...changes,
});

const found = {
  candidate: {
    entry: { type: "t", name: "n" },
    cluster: "cluster1",
    name: "istio-base",
    namespace: "istio-system",
  },
  manager: "m",
};

test("a takeover with nothing to take says so", () => {
  expect(describeTakeOver(plan({}))).toMatch(/^Nothing to take over/);
});

test("a change is told by what it is of an object, with labels and annotations in a word each", () => {
  const labels = Array.from({ length: 9 }, (_, index) => `metadata.labels["a${index}"]`);
  const steps = [
    {
      op: "update",
      type: "kubernetes:apps/v1:Deployment",
      name: "cluster1-istiod",
      paths: ["metadata.annotations", ...labels, "spec.template.spec.containers[0].image"],
    },
    { op: "create", type: "kubernetes:core/v1:Secret", name: "cluster1-reader-token", paths: [] },
  ];
  const survey = { file: {}, planned: [found.candidate], found: [found], anew: [] };
  const text = describeTakeOver(plan({ survey, steps }));
  expect(text).toContain(
    "~ Deployment cluster1-istiod: spec.template.spec.containers[0].image, annotations, labels",
  );
  expect(text).toContain("+ Secret cluster1-reader-token");
});
