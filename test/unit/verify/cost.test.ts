import { afterEach, describe, expect, test } from "vitest";
import { planMesh } from "../../../components/spec/mesh/plan";
import { verifyMesh } from "../../../verify";
import { FakeMesh } from "../../support/fake-mesh";
import { mesh } from "../../support/specs";

const running: FakeMesh[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((fake) => fake.stop()));
});

/** What verify asks of a mesh that is as planned. */
async function callsOf(clusters: number, proxies = 0): Promise<Record<string, number>> {
  const helloworld = Object.fromEntries(
    Array.from({ length: clusters }, (_, index) => [`cluster${index + 1}`, ["v1"]]),
  );
  const fake = await FakeMesh.start(planMesh(mesh(clusters, { sampleApps: { helloworld } })), { proxies });
  running.push(fake);
  const { ok } = await verifyMesh(fake.plan, fake.access);
  expect(ok).toBe(true);
  return fake.counts;
}

describe("what verify asks", () => {
  test("grows in step with the number of clusters", async () => {
    const perCluster = {
      "get /readyz": 1, // and one per round of the requests
      "get namespaces": 1,
      "get configmaps": 1,
      "get secrets": 1,
      "get services": 1,
      "list secrets": 1,
      "list namespaces": 1, // the reader's token
      "list endpointslices": 1,
    };
    for (const clusters of [3, 6]) {
      const calls = await callsOf(clusters);
      for (const [call, count] of Object.entries(perCluster)) {
        const rounds = call === "get /readyz" ? 2 : 1;
        expect(calls[call], call).toBe(clusters * count * rounds);
      }
      // Of istiod, curl and helloworld, all, and again where requests are sent.
      expect(calls["list pods"]).toBe(clusters * 6);
      // clusterz, gateways, endpoints, three proxies' certificates, and requests with the endpoints before and after.
      expect(calls["get pods/exec"]).toBe(clusters * 9);
    }
  });

  test("is a sample of the proxies where there are many, read page by page", async () => {
    const calls = await callsOf(2, 1200);
    // 50 in place of three proxies.
    expect(calls["get pods/exec"]).toBe(2 * (9 - 3 + 50));
    expect(calls["list pods"]).toBe(2 * (6 + 2));
  });
});
