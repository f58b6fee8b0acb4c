import { expect, test } from "vitest";
import { proxyEndpoints } from "../support/istio";
import { runningPod } from "../support/pods";
import { previewedSteps, type Suite } from "../support/suite";

/** A full mesh becomes hub and spoke, so that the spokes no longer reach each other, and a full mesh again. */
export function hubAndSpokeScenario(suite: Suite): void {
  test("going over to a hub takes the spokes' credentials for each other away, and nothing else", async () => {
    await suite.configure({ hubs: ["cluster1"] });
    expect(await previewedSteps(suite.stack)).toEqual({
      delete: [
        "RemoteSecretLink cluster2.observes.cluster3",
        "RemoteSecretLink cluster3.observes.cluster2",
        "Secret cluster2.observes.cluster3-secret",
        "Secret cluster3.observes.cluster2-secret",
      ],
    });
    await suite.stack.up();
    expect((await suite.stack.outputs())["credentials"]?.value).toBe(4);
  });

  test("the hub is answered by all, a spoke by itself and the hub only", async () => {
    const { answers } = await suite.expectWorkingMesh();
    const answering = Object.fromEntries(
      answers.map(({ client, byCluster }) => [client, Object.keys(byCluster).sort()]),
    );
    expect(answering).toEqual({
      cluster1: ["cluster1", "cluster2", "cluster3"],
      cluster2: ["cluster1", "cluster2"],
      cluster3: ["cluster1", "cluster3"],
    });
  });

  test("a spoke's proxy knows its own pod and the hub's gateway alone", async () => {
    const outputs = await suite.stack.outputs();
    const { cluster1: hub } = outputs["gatewayAddresses"]?.value as Record<string, string>;
    for (const spoke of ["cluster2", "cluster3"]) {
      const { ip } = runningPod(suite, spoke, "sample", "app=helloworld");
      expect(await proxyEndpoints(suite, spoke)).toEqual([`${hub}:15443`, `${ip}:5000`].sort());
    }
  });

  test("a full mesh again, everybody reaches everybody", async () => {
    await suite.configure();
    await suite.stack.up();
    await suite.expectWorkingMesh();
  });
}
