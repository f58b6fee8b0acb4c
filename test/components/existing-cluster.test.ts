import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { ExistingCluster } from "../../components";
import { find, listOf, outsideProvider, testProvider } from "../support/components";
import { runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";

const READER = { tokenSecret: "istio-multicluster-reader-token", rules: [] };

const deploy = () =>
  runProgram(
    () =>
      new ExistingCluster("cluster1", { network: "network1", reader: READER }, { provider: testProvider() }),
  );

describe("ExistingCluster", () => {
  test("is a label on the namespace and a reader, under the cluster's provider", async () => {
    const { result, registrations, chartCalls } = await deploy();
    expect(listOf(registrations).filter((text) => !text.includes("-reader"))).toEqual([
      "istio-multicluster:index:ExistingCluster cluster1",
      "kubernetes:core/v1:NamespacePatch cluster1-istio-system",
    ]);
    expect(chartCalls).toEqual([]);
    expect(outsideProvider(registrations)).toEqual([]);
    expect(await valueOf(result.readerToken ?? pulumi.output("no reader"))).toBe(
      "token-of-cluster1-reader-token",
    );
  });

  test("says nothing of the namespace but its network", async () => {
    const { registrations } = await deploy();
    expect(find(registrations, "cluster1-istio-system").inputs).toEqual({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "istio-system", labels: { "topology.istio.io/network": "network1" } },
    });
  });
});
