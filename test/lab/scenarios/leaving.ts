import { expect, test } from "vitest";
import { stopCluster } from "../../../lab";
import { CrossingLoad, EVERYWHERE } from "../support/crossing-load";
import { proxyEndpoints, istiodPods } from "../support/istio";
import { readerToken, statusWith } from "../support/reader-token";
import { nameOf, stepRecorder, type Suite } from "../support/suite";

/** A cluster leaves in two steps while requests flow between all, and is dead before the second. */
export function leavingScenario(suite: Suite): void {
  const settings = (cluster3: Record<string, unknown>) => ({
    readerTokenEpoch: 3,
    clusters: suite.clusters({ cluster3 }),
  });
  let load: CrossingLoad;
  let token: string;

  test("leaving: first the others forget it, then its token dies; control plane and gateway stay", async () => {
    const staying = ["cluster1", "cluster2", EVERYWHERE];
    const servicesOf = (client: string) => staying.filter((name) => name !== client);
    load = await CrossingLoad.start(suite, { servicesOf });
    token = readerToken(suite, "cluster3");
    const gateways = (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
    await suite.configure(settings({ leaving: true }));
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    expect(Object.keys(steps)).toEqual(["delete"]);
    const deleted = (steps["delete"] ?? []).map(nameOf);
    expect([...new Set(deleted)].sort()).toEqual([
      "cluster1.observes.cluster3",
      "cluster1.observes.cluster3-secret",
      "cluster2.observes.cluster3",
      "cluster2.observes.cluster3-secret",
      "cluster3-reader",
      "cluster3-reader-token",
    ]);
    const secrets = deleted.filter((name) => name.endsWith("-secret"));
    const lastLink = Math.max(...secrets.map((name) => deleted.indexOf(name)));
    expect(lastLink).toBeLessThan(deleted.indexOf("cluster3-reader-token"));
    await expect.poll(() => statusWith(suite, "cluster3", token), { timeout: 20_000 }).toBe("401");
    for (const name of ["cluster1", "cluster2"]) {
      expect(await proxyEndpoints(suite, name)).not.toContain(`${gateways["cluster3"]}:15443`);
    }
    expect(istiodPods(suite, "cluster3")).toHaveLength(1);
    await suite.expectWorkingMesh();
    // Its own clients reach the others until it is gone.
    await load.expectNoFailure(["cluster3"]);
  });

  test("dead since, it cannot be removed by mistake", async () => {
    await stopCluster(suite.lab.name, "cluster3");
    await suite.configure(withoutCluster3(suite));
    await expect(suite.stack.up()).rejects.toThrow(/cluster3.*unreachable|unreachable.*cluster3/s);
  });

  test("with whenUnreachable: forget it can, and no request of the others has failed", async () => {
    await suite.configure(settings({ leaving: true, whenUnreachable: "forget" }));
    await suite.stack.up();
    await suite.configure(withoutCluster3(suite));
    await suite.stack.up();
    const { deployment } = await suite.stack.exportStack();
    const urns = deployment.resources.map(({ urn }: { urn: string }) => nameOf(urn));
    expect(urns.filter((name: string) => name.includes("cluster3"))).toEqual([]);
    await suite.expectWorkingMesh();
    await load.expectNoFailure();
  });
}

function withoutCluster3(suite: Suite): Record<string, unknown> {
  return {
    readerTokenEpoch: 3,
    clusters: suite.clusters({}).slice(0, 2),
    sampleApps: { helloworld: { cluster3: undefined } },
  };
}
