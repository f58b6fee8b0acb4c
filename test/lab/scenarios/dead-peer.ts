import { expect, test } from "vitest";
import { startCluster, stopCluster } from "../../../lab";
import { verifyMesh } from "../../../verify";
import { nameOf, stepRecorder, type Suite } from "../support/suite";

const DEAD = "cluster3";

/** A peer that is down breaks no other pair, and every message about it names it. */
export function deadPeerScenario(suite: Suite): void {
  test("a peer goes down: the others still answer each other, and verify names it", async () => {
    await stopCluster(suite.lab.name, DEAD);
    const { plan, kubeConfigs } = await suite.openMesh();
    const { ok, checks, answers } = await verifyMesh(plan, kubeConfigs);
    expect(ok).toBe(false);
    const failed = checks.filter(({ status }) => status === "failed");
    expect(failed.filter(({ cluster, peer }) => cluster !== DEAD && peer !== DEAD)).toEqual([]);
    expect(failed.map(({ detail }) => detail).join("\n")).toContain(DEAD);
    expect(answers.find(({ client }) => client === "cluster1")?.byCluster).toMatchObject({
      cluster1: expect.any(Number),
      cluster2: expect.any(Number),
    });
  });

  test("up with a change for all fails for it alone, by name; the rest goes on", async () => {
    await suite.configure({ gateway: { serviceAnnotations: { "example.com/round": "1" } } });
    const { steps, onEvent } = stepRecorder();
    const error = await suite.stack.up({ continueOnError: true, onEvent }).then(
      () => "",
      (failure: unknown) => String(failure),
    );
    expect(error).toMatch(/unreachable/);
    expect(error).toContain(DEAD);
    for (const name of ["cluster1", "cluster2"]) {
      expect(gatewayAnnotation(suite, name)).toBe("1");
    }
    expect(steps["update"]?.map(nameOf)).toEqual(
      expect.arrayContaining([
        "cluster1-gateway-chart:istio-system/istio-eastwestgateway",
        "cluster2-gateway-chart:istio-system/istio-eastwestgateway",
      ]),
    );
  });

  test("with whenUnreachable: skip the same up succeeds and leaves it as it is", async () => {
    const skipped = { whenUnreachable: "skip" };
    const clusters = suite.clusters({ cluster1: skipped, cluster2: skipped, cluster3: skipped });
    await suite.configure({ clusters, gateway: { serviceAnnotations: { "example.com/round": "2" } } });
    await suite.stack.up();
    for (const name of ["cluster1", "cluster2"]) expect(gatewayAnnotation(suite, name)).toBe("2");
  });

  test("back again, one up brings it up to date", async () => {
    await startCluster(suite.lab.name, DEAD, suite.toolchain);
    await suite.configure();
    await suite.stack.up({ refresh: true });
    for (const { name } of suite.lab.clusters) expect(gatewayAnnotation(suite, name)).toBeUndefined();
    await suite.expectWorkingMesh();
  });
}

function gatewayAnnotation(suite: Suite, cluster: string): string | undefined {
  const service = JSON.parse(
    suite.kubectl(cluster, "get", "service", "-n", "istio-system", "istio-eastwestgateway", "-o", "json"),
  ) as { metadata: { annotations?: Record<string, string> } };
  return service.metadata.annotations?.["example.com/round"];
}
