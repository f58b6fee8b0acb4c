import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxyEndpoints } from "../lab/support/istio";
import { runningPod } from "../lab/support/pods";
import { Suite } from "../lab/support/suite";

const NETWORKS = { cluster1: "network1", cluster2: "network1", cluster3: "network2", cluster4: "network2" };

/** Two networks with two clusters each: three primaries, and a remote whose control plane is on the other network. */
describe("four clusters on two networks, one of them a remote", () => {
  const suite = new Suite({
    name: "mixed",
    clusters: Object.entries(NETWORKS).map(([name, network]) => ({ name, network })),
  });

  beforeAll(async () => {
    await suite.start();
    await suite.configure({
      clusters: suite.clusters({ cluster4: { controlPlanes: ["cluster1"] } }),
      // A version tells which network answered; each cluster's answers are told apart by their pods.
      sampleApps: {
        helloworld: { cluster1: ["v1"], cluster2: ["v1"], cluster3: ["v2"], cluster4: ["v2"] },
        clients: ["cluster2", "cluster4"],
      },
    });
    await suite.stack.up();
  });
  afterAll(suite.stop);

  test("every client gets answers from all four clusters", async () => {
    const { answers } = await suite.expectWorkingMesh();
    for (const { byCluster } of answers) {
      expect(Object.keys(byCluster).sort()).toEqual(Object.keys(NETWORKS));
    }
  });

  test.for([
    ["cluster2", "cluster1", "cluster2", "cluster3", "cluster4"],
    ["cluster4", "cluster3", "cluster4", "cluster1", "cluster2"],
  ] as const)(
    "the proxy in %s knows the pods of its own network and the gateways of the other one",
    async ([client, ...[near1, near2, far1, far2]]) => {
      const outputs = await suite.stack.outputs();
      const gateways = outputs["gatewayAddresses"]?.value as Record<string, string>;
      const pod = (cluster: string) => `${runningPod(suite, cluster, "sample", "app=helloworld").ip}:5000`;
      expect(await proxyEndpoints(suite, client)).toEqual(
        [pod(near1), pod(near2), `${gateways[far1]}:15443`, `${gateways[far2]}:15443`].sort(),
      );
    },
  );

  test("only primaries observe: nine credentials", async () => {
    const { links, credentials } = await suite.stack.outputs();
    expect(credentials?.value).toBe(9);
    expect((links?.value as string[]).filter((link) => link.startsWith("cluster4"))).toEqual([]);
  });
});
