import { describe, expect, test } from "vitest";
import { SampleApps, type SampleAppsArgs } from "../../components";
import { listOf, outsideProvider, testProvider } from "../support/components";
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
      "kubernetes:apps/v1:Deployment apps:sample/curl",
      "kubernetes:apps/v1:Deployment apps:sample/helloworld-v1",
      "kubernetes:core/v1:Namespace apps:sample",
      "kubernetes:core/v1:Service apps:sample/helloworld",
      "kubernetes:core/v1:ServiceAccount apps:sample/curl",
      "kubernetes:core/v1:ServiceAccount apps:sample/helloworld-v1",
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
  });

  test("has no client and no version that was not asked for", async () => {
    const { registrations } = await deploy({ namespace: "x", helloworldVersions: [], client: false });
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:SampleApps apps",
      "kubernetes:core/v1:Namespace apps:x",
      "kubernetes:core/v1:Service apps:x/helloworld",
    ]);
  });

  test("makes the namespace first, then accounts, then what runs under these", async () => {
    const { registrations } = await deploy({ helloworldVersions: ["v2"] });
    const namespace = ["Namespace apps:sample"];
    const accounts = ["ServiceAccount apps:sample/curl", "ServiceAccount apps:sample/helloworld-v2"];
    const order = registrations
      .filter(({ parent }) => parent === "apps")
      .map(({ type, name, dependsOn }) => [`${type.split(":").at(-1)} ${name}`, dependsOn]);
    expect(Object.fromEntries(order)).toEqual({
      "Namespace apps:sample": [],
      "ServiceAccount apps:sample/curl": namespace,
      "ServiceAccount apps:sample/helloworld-v2": namespace,
      "Service apps:sample/helloworld": accounts,
      "Deployment apps:sample/curl": accounts,
      "Deployment apps:sample/helloworld-v2": accounts,
    });
  });

  test("carries no secret through CDK8s", async () => {
    const { registrations } = await deploy({ helloworldVersions: ["v1", "v2"] });
    expect(registrations.flatMap(({ secretPaths }) => secretPaths)).toEqual([]);
  });
});
