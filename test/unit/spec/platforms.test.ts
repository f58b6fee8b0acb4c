import { describe, expect, test } from "vitest";
import { type Platform, planMesh } from "../../../components";
import { PLATFORMS } from "../../../components/topology/platforms";
import { meshConfigSchema } from "../../../stacks/config/schema";
import { planOn } from "../../support/platforms";
import { cluster } from "../../support/specs";

describe("Istio's charts", () => {
  test.each<Platform>(["gke", "openshift"])("know that they are on %s", (platform) => {
    const values = { global: { platform } };
    const { base, istiod, gateway } = planOn(platform);
    expect([base.values, istiod.values, gateway.values]).toEqual([values, values, values]);
  });

  test.each<Platform | undefined>(["eks", "on-premises", "kind", undefined])(
    "are told nothing on %s, which they do not know",
    (platform) => {
      const { base, istiod, gateway } = planOn(platform);
      expect([base.values, istiod.values, gateway.values]).toEqual([undefined, undefined, undefined]);
    },
  );

  test("keep AKS's admissions enforcer from their injection webhook", () => {
    const { base, istiod, gateway } = planOn("aks");
    expect([base.values, istiod.values, gateway.values]).toEqual([
      undefined,
      {
        sidecarInjectorWebhookAnnotations: {
          "admissions.enforcer/disabled": "true",
          "pulumi.com/patchForce": "true",
        },
      },
      undefined,
    ]);
  });

  test("get the mesh's and the cluster's values over the platform's", () => {
    const plan = planMesh({
      istiod: { values: { global: { proxy: { logLevel: "debug" } } } },
      clusters: [cluster(1, { platform: "gke", istiod: { values: { global: { platform: "k3s" } } } })],
    });
    expect(plan.clusters[0]?.istiod.values).toEqual({
      global: { platform: "k3s", proxy: { logLevel: "debug" } },
    });
  });
});

test("the config takes every platform that there is, and no other", () => {
  const configured = (platform: string) =>
    meshConfigSchema.safeParse({
      clusters: [{ name: "a", network: "n", platform, access: { kubeconfigFile: "f" } }],
    }).success;
  expect(Object.keys(PLATFORMS).filter((platform) => !configured(platform))).toEqual([]);
  expect(configured("minikube")).toBe(false);
});
