import { expect, test } from "vitest";
import { nameOf, stepRecorder, type Suite } from "../support/suite";

/** A mesh that nobody changed shows no change, and a preview shows the control plane object by object. */
export function stabilityScenario(suite: Suite): void {
  test("a second up changes nothing", async () => {
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    expect(steps).toEqual({});
  });

  test("a preview after refresh shows no change", async () => {
    const { steps, onEvent } = stepRecorder();
    const { changeSummary } = await suite.stack.preview({ refresh: true, onEvent });
    expect(steps).toEqual({});
    expect(Object.keys(changeSummary)).toEqual(["same"]);
  });

  test("a change of istiod and of the gateway shows as a change of just these objects", async () => {
    await suite.configure({ istiod: { replicas: 2 }, gateway: { minReplicas: 2 } });
    const { steps, onEvent } = stepRecorder();
    await suite.stack.preview({ onEvent });
    await suite.configure();
    const perCluster = (name: string) => [1, 2, 3].map((index) => name.replace("#", String(index)));
    const named = Object.entries(steps).map(([op, urns]) => [op, urns.map(nameOf).sort()]);
    expect(Object.fromEntries(named)).toEqual({
      update: [
        ...perCluster("cluster#-gateway-chart"),
        ...perCluster("cluster#-istiod"),
        ...perCluster("cluster#-gateway-chart:istio-system/istio-eastwestgateway"),
        ...perCluster("cluster#-istiod:istio-system/istiod"),
        ...perCluster("cluster#-istiod:istio-system/values"),
      ].sort(),
      // The disruption budget that the chart makes for more than one replica, and the autoscaler that goes.
      create: perCluster("cluster#-istiod:istio-system/istiod"),
      delete: perCluster("cluster#-istiod:istio-system/istiod"),
    });
  });
}
