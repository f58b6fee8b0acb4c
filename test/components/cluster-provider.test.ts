import { describe, expect, test } from "vitest";
import { clusterProvider, type ClusterProviderArgs } from "../../components";
import { find } from "../support/components";
import { runProgram } from "../support/mocks";

const inputsOf = async (args: Partial<ClusterProviderArgs> = {}) => {
  const { registrations } = await runProgram(() => clusterProvider("cluster1", { kubeconfig: "k", ...args }));
  return find(registrations, "cluster1").inputs;
};

describe("the provider of a cluster", () => {
  test("changes Secrets and ConfigMaps in place, and knows its cluster by name", async () => {
    expect(await inputsOf()).toMatchObject({
      clusterIdentifier: "cluster1",
      enableSecretMutable: "true",
      enableConfigMapMutable: "true",
      skipUpdateUnreachable: "false",
    });
  });

  test("leaves or forgets what it cannot reach only where that is said", async () => {
    expect(await inputsOf({ whenUnreachable: "skip" })).toMatchObject({ skipUpdateUnreachable: "true" });
    expect(await inputsOf({ whenUnreachable: "forget" })).toMatchObject({ deleteUnreachable: "true" });
    await expect(inputsOf({ whenUnreachable: "Skip" })).rejects.toThrow(
      'whenUnreachable of cluster1 is "Skip"; use fail, skip or forget',
    );
  });
});
