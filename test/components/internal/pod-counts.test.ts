import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { HelmChart } from "../../../components/internal/helm-chart";
import type { Manifest } from "../../../components/internal/manifests";
import { testProvider } from "../../support/components";
import { Hooks } from "../../support/hooks";
import { runProgram } from "../../support/mocks";

afterEach(() => void vi.restoreAllMocks());

const HOOK = "gateway-chart-pod-counts";

const deployment = (spec: object): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "istio-eastwestgateway", namespace: "istio-system" },
  spec,
});

/** The hooks of a chart that has a Deployment like this. */
async function hooksOver(spec: object): Promise<Hooks> {
  const hooks = new Hooks();
  const charts = { "istio-eastwestgateway": [deployment(spec)] };
  const args = { chart: "gateway", releaseName: "istio-eastwestgateway", values: {} };
  await runProgram(
    () => {
      const opts = { provider: testProvider(), transformations: [hooks.transformation] };
      return new HelmChart("gateway-chart", args, opts);
    },
    { charts },
  );
  return hooks;
}

/** What is said of a change from one Deployment to another. */
async function told(before: object, after: object): Promise<string[]> {
  const hooks = await hooksOver(after);
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const [oldInputs, newInputs] = [before, after].map((spec) => ({ ...deployment(spec) }));
  await hooks.run(HOOK, { oldInputs, newInputs });
  return warn.mock.calls.map(([text]) => text);
}

test("a fixed count in place of an autoscaler is warned of, which may count once more", async () => {
  expect(await told({}, { replicas: 3 })).toEqual([
    "gateway-chart: Deployment istio-system/istio-eastwestgateway gets 3 pods in place of its autoscaler, which goes last and may " +
      "count them anew until then; if there are not 3 afterwards, run pulumi up --refresh. If pulumi up ends in a conflict over " +
      ".spec.replicas, run it with PULUMI_K8S_ENABLE_PATCH_FORCE=true (docs/runbooks/drift.md)",
  ]);
});

test("another fixed count is not", async () => {
  expect(await told({ replicas: 2 }, { replicas: 3 })).toEqual([]);
});

test("nor is asked where an autoscaler counts", async () => {
  await expect((await hooksOver({})).run(HOOK, {})).rejects.toThrow("there is no hook");
});
