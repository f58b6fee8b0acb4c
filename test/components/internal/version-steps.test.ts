import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ClusterPrimary, type IstioArgs } from "../../../components";
import { leftOut } from "../../../components/internal/version-steps";
import { find, testProvider } from "../../support/components";
import { Hooks } from "../../support/hooks";
import { runProgram } from "../../support/mocks";

afterEach(() => void vi.restoreAllMocks());

describe("a step from one version of Istio to another", () => {
  test.each([
    ["a minor version", "1.30.4", "1.31.1"],
    ["patches", "1.31.0", "1.31.1"],
    ["a minor version back", "1.31.1", "1.30.4"],
    ["from what is not known", undefined, "1.31.1"],
    ["to what is no version", "1.29.6", "latest"],
  ])("of %s is not told", (_, from, to) => {
    expect(leftOut(from, to)).toBeUndefined();
  });

  test.each([
    ["1.29.6", "1.31.1", "leaves out 1 minor version,"],
    ["1.31.1", "1.28.6", "leaves out 2 minor versions,"],
  ])("from %s to %s is told", (from, to, words) => {
    expect(leftOut(from, to)).toContain(`Istio goes from ${from} to ${to} and ${words}`);
  });
});

describe("each cluster's Istio", () => {
  /** What is said at preview of a cluster that has 1.29.6. */
  async function told(istio: IstioArgs): Promise<string[]> {
    const hooks = new Hooks();
    const { registrations } = await runProgram(() => {
      const names = { clusterName: "cluster1", network: "network1" };
      const ca = { caCertificate: "a", caPrivateKey: "b", certificateChain: "c", rootCertificate: "d" };
      const opts = { provider: testProvider(), transformations: [hooks.transformation] };
      return new ClusterPrimary("cluster1", { ...names, ...ca, istio }, opts);
    });
    expect(find(registrations, "cluster1-base").hooks).toEqual(["cluster1-version-steps"]);
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    warn.mockClear();
    const oldOutputs = { status: { version: "1.29.6" } };
    expect(await hooks.run("cluster1-version-steps", { oldOutputs })).toEqual({ onDryRun: true });
    return warn.mock.calls.map(([text]) => text);
  }

  test("is looked at before it is changed, also where its charts are in a folder", async () => {
    const step = expect.stringMatching(/^cluster1: Istio goes from 1\.29\.6 to 1\.31\.1 and leaves out/);
    expect(await told({ version: "1.31.1" })).toEqual([step]);
    expect(await told({})).toEqual([step]);
    expect(await told({ version: "1.31.1", folder: "charts" })).toEqual([step]);
  });

  test("is not told of where it goes step by step, or where nobody says which it is", async () => {
    expect(await told({ version: "1.30.4" })).toEqual([]);
    expect(await told({ folder: "charts" })).toEqual([]);
  });
});
