import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { type ClusterSpec, planMesh, validateMesh, warningsOf } from "../../../components";
import { checkMesh } from "../../../stacks/config/read";
import { configureMesh } from "../../../stacks/mesh/library";
import { kubeconfig } from "../../support/kubeconfigs";
import { cluster } from "../../support/specs";

afterEach(() => vi.restoreAllMocks());

const FORMER: Partial<ClusterSpec> = { caEpoch: 3, caValidityDays: 90 };
const PRESENT: Partial<ClusterSpec> = { intermediateEpoch: 3, intermediateValidityDays: 90 };
const mesh = (changes: Partial<ClusterSpec>) => ({ clusters: [cluster(1), cluster(2, changes)] });
const WARNINGS = [
  "clusters[1].caEpoch is called intermediateEpoch now, like the mesh's own; rename it, its meaning is the same",
  "clusters[1].caValidityDays is called intermediateValidityDays now, like the mesh's own; rename it, its meaning is the same",
];
const texts = (problems: readonly { path: string; message: string }[]) =>
  problems.map(({ path, message }) => `${path} ${message}`);

test("keys by their former names mean the same, and only a warning says that they are", () => {
  expect(planMesh(mesh(FORMER))).toEqual(planMesh(mesh(PRESENT)));
  expect(planMesh(mesh(FORMER)).clusters[1]).toMatchObject({
    intermediateEpoch: "1.3",
    intermediateValidityDays: 90,
  });
  expect(validateMesh(mesh(FORMER))).toEqual([]);
  expect(texts(warningsOf(mesh(FORMER)))).toEqual(WARNINGS);
  expect(warningsOf(mesh(PRESENT))).toEqual([]);
});

test("their values are checked as those of the present ones", () => {
  expect(texts(validateMesh(mesh({ caValidityDays: 9999 })))).toEqual([
    expect.stringMatching(/^clusters\[1\]\.intermediateValidityDays is 9999, so intermediates would outlive/),
  ]);
});

test("a key with both of its names is refused", () => {
  expect(texts(validateMesh(mesh({ caEpoch: 2, intermediateEpoch: 3 })))).toEqual([
    "clusters[1].caEpoch is the former name of intermediateEpoch, which is set too; remove it",
  ]);
});

test("the config takes them", () => {
  const access = { stackReference: "o/p/s", output: "kubeconfig" };
  const raw = { clusters: mesh(FORMER).clusters.map((own) => ({ ...own, access })) };
  expect(checkMesh(raw, () => true).problems).toEqual([]);
});

test("a program hears of them at preview", async () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const access = (name: string) => ({ kubeconfig: kubeconfig([{ name }]), context: name });
  configureMesh(mesh(FORMER), { cluster1: access("cluster1"), cluster2: access("cluster2") });
  expect(warn.mock.calls.map(([text]) => text)).toEqual(WARNINGS.map((text) => `the mesh: ${text}`));
});
