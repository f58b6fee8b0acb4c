import { describe, expect, test } from "vitest";
import { SampleApps, type SampleAppsArgs } from "../../components";
import { find, listOf, outsideProvider, testProvider } from "../support/components";
import { runProgram } from "../support/mocks";

const deploy = (args: SampleAppsArgs) =>
  runProgram(() => {
    new SampleApps("apps", args, { provider: testProvider() });
  });

describe("SampleApps", () => {
  test("makes every object of the chart a resource of its own under the provider", async () => {
    const { registrations } = await deploy({ helloworldVersions: ["v1"] });
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:SampleApps apps",
      "kubernetes:apps/v1:Deployment apps-deployment-curl",
      "kubernetes:apps/v1:Deployment apps-deployment-helloworld-v1",
      "kubernetes:core/v1:Namespace apps-namespace-sample",
      "kubernetes:core/v1:Service apps-service-helloworld",
      "kubernetes:core/v1:ServiceAccount apps-serviceaccount-curl",
      "kubernetes:core/v1:ServiceAccount apps-serviceaccount-helloworld-v1",
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("has no client and no version that was not asked for", async () => {
    const { registrations } = await deploy({ namespace: "x", helloworldVersions: [], client: false });
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:SampleApps apps",
      "kubernetes:core/v1:Namespace apps-namespace-x",
      "kubernetes:core/v1:Service apps-service-helloworld",
    ]);
  });

  test("makes the namespace first", async () => {
    const { registrations } = await deploy({ helloworldVersions: ["v2"] });
    expect(find(registrations, "apps-namespace-sample").dependsOn).toEqual([]);
    const others = registrations.filter(
      ({ parent, type }) => parent === "apps" && !type.endsWith(":Namespace"),
    );
    expect(others.map(({ dependsOn }) => dependsOn)).toEqual(others.map(() => ["apps-namespace-sample"]));
  });

  test("carries no secret through CDK8s", async () => {
    const { registrations } = await deploy({ helloworldVersions: ["v1", "v2"] });
    expect(registrations.flatMap(({ secretPaths }) => secretPaths)).toEqual([]);
  });
});
