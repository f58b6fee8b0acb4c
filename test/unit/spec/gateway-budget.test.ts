import { describe, expect, test } from "vitest";
import { type GatewaySpec, type MeshSpec, validateMesh, warningsOf } from "../../../components";
import { cluster, mesh } from "../../support/specs";

const told = (spec: MeshSpec) => warningsOf(spec).map(({ path, message }) => `${path} ${message}`);
const gateways = (gateway: GatewaySpec) => mesh(2, { gateway });

describe("a disruption budget that keeps every pod of a gateway, so that no node is drained,", () => {
  test.each([
    ["as a count of the default's pods", { minAvailable: 1 }],
    ["as a count of all pods", { minAvailable: 3, replicas: 3 }],
    ["as a count above that of pods", { minAvailable: 3, minReplicas: 2 }],
    ["as all of them", { minAvailable: "100%", minReplicas: 3 }],
    ["as a percentage, which is rounded up", { minAvailable: "50%" }],
  ] satisfies [string, GatewaySpec][])("is told %s", (_, gateway) => {
    expect(validateMesh(gateways(gateway))).toEqual([]);
    expect(told(gateways(gateway))).toEqual(
      ["cluster1", "cluster2"].map((name) =>
        expect.stringMatching(
          `^gateway\\.minAvailable ${gateway.minAvailable} lets go of none of the \\d pods? of the gateway of ${name}, so`,
        ),
      ),
    );
  });

  test("is told where it is", () => {
    const spec = { clusters: [cluster(1), cluster(2, { gateway: { minAvailable: 1 } })] };
    expect(told(spec)).toEqual([
      expect.stringMatching(/^clusters\[1\]\.gateway\.minAvailable 1 lets go of none/),
    ]);
  });

  test.each([
    ["that lets go of one", gateways({ minAvailable: 1, minReplicas: 2 })],
    ["that lets go of half of them", gateways({ minAvailable: "50%", replicas: 2 })],
    ["that keeps none", gateways({ minAvailable: 0 })],
    ["that is nobody's", mesh(1, { gateway: { minAvailable: 1 } })],
  ])("is not one %s", (_, spec) => {
    expect(told(spec)).toEqual([]);
  });
});
