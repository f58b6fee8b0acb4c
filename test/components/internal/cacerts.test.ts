import { describe, expect, test } from "vitest";
import { ClusterPrimary, IntermediateCA, type ClusterPrimaryArgs } from "../../../components";
import { find, testProvider } from "../../support/components";
import { Hooks } from "../../support/hooks";
import { runProgram } from "../../support/mocks";
import { unknown } from "../../support/outputs";
import { hoursAfterStart } from "../../support/pki";

const HOOK = "cluster1-cacerts-root-phase";
const DEPLOYED = {
  oldOutputs: { metadata: { annotations: { "istio-multicluster/root-phase": "4/sign-new" } } },
};

/** A primary in a preview, with the hooks that the engine would run. */
async function previewPrimary(changes: () => Partial<ClusterPrimaryArgs>) {
  const hooks = new Hooks();
  const { registrations } = await runProgram(
    () => {
      const names = { clusterName: "cluster1", network: "network1" };
      const ca = { caCertificate: "a", caPrivateKey: "b", certificateChain: "c", rootCertificate: "d" };
      const opts = { provider: testProvider(), transformations: [hooks.transformation] };
      return new ClusterPrimary("cluster1", { ...names, ...ca, ...changes() }, opts);
    },
    { preview: true },
  );
  return { hooks, cacerts: find(registrations, "cluster1-cacerts") };
}

describe("the Secret cacerts in a preview in which the position of roots is not known", () => {
  test("keeps its name, and so seems not to be replaced", async () => {
    const { cacerts } = await previewPrimary(() => ({ rootPhase: unknown() }));
    expect(cacerts.inputs["metadata"]).toMatchObject({ name: "cacerts", namespace: "istio-system" });
  });

  test("is not taken for one that left a rotation out", async () => {
    const { hooks } = await previewPrimary(() => ({ rootPhase: unknown() }));
    await expect(hooks.run(HOOK, DEPLOYED)).resolves.toBeDefined();
  });

  test("is refused once it is known to have left one out", async () => {
    const { hooks } = await previewPrimary(() => ({ rootPhase: "1/stable" }));
    await expect(hooks.run(HOOK, DEPLOYED)).rejects.toThrow("cannot go from root");
  });
});

test("a lifetime that is not known in a preview is not refused as one that outlives the root", async () => {
  const hooks = new Hooks();
  await runProgram(
    () =>
      new IntermediateCA(
        "ca",
        {
          clusterName: "cluster1",
          rootCertificate: "root",
          rootPrivateKey: "key",
          rootNotAfter: hoursAfterStart(24),
          validityDays: unknown<number>(),
        },
        { transformations: [hooks.transformation] },
      ),
    { preview: true, unmade: ["ca-certificate"] },
  );
  await hooks.run("ca-within-root", { newInputs: {} });
  await expect(hooks.run("ca-within-root", { newInputs: { validityPeriodHours: 48 } })).rejects.toThrow(
    "would be valid until",
  );
});
