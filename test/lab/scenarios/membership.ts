import { expect, test } from "vitest";
import { startCluster, stopCluster } from "../../../lab";
import { verifyMesh } from "../../../verify";
import { readerToken, statusWith } from "../support/reader-token";
import { nameOf, stepRecorder, type Suite } from "../support/suite";

/** A cluster joins and leaves a running mesh without touching the others. */
export function membershipScenario(suite: Suite): void {
  let token: string;

  test("a fourth cluster that is down at its first up fails by name and breaks no other pair", async () => {
    await suite.addCluster({ name: "cluster4", network: "network4" });
    await stopCluster(suite.lab.name, "cluster4");
    await suite.configure(sampleAppsOf(4));
    const error = await suite.stack.up({ continueOnError: true }).then(
      () => "",
      (failure: unknown) => String(failure),
    );
    expect(error).toMatch(/cluster4.*unreachable/s);
    const { plan, kubeConfigs } = await suite.openMesh();
    const { checks } = await verifyMesh(plan, kubeConfigs, { waitSeconds: 30 });
    const failed = checks.filter(({ status }) => status === "failed");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.filter(({ cluster, peer }) => cluster !== "cluster4" && peer !== "cluster4")).toEqual([]);
  });

  test("once it is up, it only adds its own resources and its links", async () => {
    await startCluster(suite.lab.name, "cluster4", suite.toolchain);
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    const { create = [], ...others } = steps;
    expect(others).toEqual({});
    expect(create.filter((urn) => !nameOf(urn).includes("cluster4"))).toEqual([]);
    await suite.expectWorkingMesh();
    token = readerToken(suite, "cluster4");
    expect(statusWith(suite, "cluster4", token)).toBe("200");
  });

  test("removed again, the other istiods no longer list it, and its token is refused", async () => {
    await suite.configure({ ...sampleAppsOf(3), clusters: clusterConfigs(suite, 3) });
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    const { delete: deleted = [], ...others } = steps;
    expect(others).toEqual({});
    expect(deleted.filter((urn) => !nameOf(urn).includes("cluster4"))).toEqual([]);
    // Every istiod of the rest is asked for the clusters that it knows; one too many is a failed check.
    await suite.expectWorkingMesh();
    // The API server remembers a good token for ten seconds.
    await expect.poll(() => statusWith(suite, "cluster4", token), { timeout: 20_000 }).toBe("401");
  });

  test("its clusters gone from the lab as well, the mesh's config is the first one again", async () => {
    await suite.removeCluster("cluster4");
    await suite.configure();
    const { steps, onEvent } = stepRecorder();
    await suite.stack.preview({ onEvent });
    expect(steps).toEqual({});
  });
}

function sampleAppsOf(count: number): Record<string, unknown> {
  const helloworld = { cluster1: ["v1"], cluster2: ["v1"], cluster3: ["v2"] };
  return { sampleApps: { helloworld: { ...helloworld, cluster4: count === 4 ? ["v1"] : undefined } } };
}

function clusterConfigs(suite: Suite, count: number): unknown[] {
  return suite.lab.clusters.slice(0, count).map(({ name, network }) => ({
    name,
    network,
    access: { kubeconfigFile: suite.lab.kubeconfig, context: name },
  }));
}
