import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { gatewayServices, istiodPods, proxyEndpoints } from "./support/istio";
import { runningPod } from "./support/pods";
import { NETWORK_SPLIT, PRIMARY_TO_REMOTE } from "./support/previews";
import { previewedSteps, Suite } from "./support/suite";

const CLUSTERS = ["cluster1", "cluster2"];

/** Another CA signs for cluster2 then, and its proxies keep their certificates, good under the same root, for half a day. */
const UNTIL_RENEWAL = "signer";

/** A mesh on one network, and what becomes of it: a remote there, two primaries again, two networks. */
describe("two clusters on one network", () => {
  const suite = new Suite(defaultSpec("flat", 2, "network1"));

  beforeAll(async () => {
    await suite.start();
    await suite.stack.up();
  });
  afterAll(suite.stop);

  const podAddresses = () =>
    CLUSTERS.map((cluster) => `${runningPod(suite, cluster, "sample", "app=helloworld").ip}:5000`).sort();

  const configure = (cluster2: Record<string, unknown>) =>
    suite.configure({ clusters: suite.clusters({ cluster2 }) });

  describe("as two primaries", () => {
    test("requests cross, and no gateway exists", async () => {
      await suite.expectWorkingMesh();
      for (const cluster of CLUSTERS) expect(gatewayServices(suite, cluster)).toEqual([]);
    });

    test("the live proxies know each other's pods", async () => {
      for (const cluster of CLUSTERS) expect(await proxyEndpoints(suite, cluster)).toEqual(podAddresses());
    });
  });

  describe("one of which becomes a remote", () => {
    test("previews what this concerns, and nothing of the sample applications", async () => {
      await configure({ controlPlanes: ["cluster1"] });
      expect(await previewedSteps(suite.stack)).toEqual(PRIMARY_TO_REMOTE);
    });

    test("without a restart its pods go over to the other's istiod, and requests cross", async () => {
      const client = runningPod(suite, "cluster2", "sample", "app=curl").name;
      await suite.stack.up();
      expect(istiodPods(suite, "cluster2")).toEqual([]);
      await suite.expectWorkingMesh(UNTIL_RENEWAL);
      expect(runningPod(suite, "cluster2", "sample", "app=curl").name).toBe(client);
    });

    test("endpoints are pod addresses still, and the gateway leads to istiod alone", async () => {
      for (const cluster of CLUSTERS) expect(await proxyEndpoints(suite, cluster)).toEqual(podAddresses());
      expect(gatewayServices(suite, "cluster1")).toEqual([[15021, 15012, 15017]]);
      expect(gatewayServices(suite, "cluster2")).toEqual([]);
    });
  });

  test("becomes a primary again in place, and requests cross", async () => {
    await suite.configure();
    await suite.stack.up();
    for (const cluster of CLUSTERS) {
      expect(istiodPods(suite, cluster)).toHaveLength(1);
      expect(gatewayServices(suite, cluster)).toEqual([]);
    }
    await suite.expectWorkingMesh(UNTIL_RENEWAL);
  });

  describe("split into two networks", () => {
    test("previews what this concerns: gateways, and the second cluster's pods anew", async () => {
      await configure({ network: "network2" });
      expect(await previewedSteps(suite.stack)).toEqual(NETWORK_SPLIT);
    });

    test("requests cross, through gateways", async () => {
      await suite.stack.up();
      await suite.expectWorkingMesh();
      for (const cluster of CLUSTERS) expect(gatewayServices(suite, cluster)).toEqual([[15021, 15443]]);
    });

    test("the live proxies know their own pods and the other network's gateway", async () => {
      const outputs = await suite.stack.outputs();
      const gateways = outputs["gatewayAddresses"]?.value as Record<string, string>;
      const [pod1, pod2] = CLUSTERS.map((name) => runningPod(suite, name, "sample", "app=helloworld").ip);
      expect(await proxyEndpoints(suite, "cluster1")).toEqual(
        [`${pod1}:5000`, `${gateways["cluster2"]}:15443`].sort(),
      );
      expect(await proxyEndpoints(suite, "cluster2")).toEqual(
        [`${pod2}:5000`, `${gateways["cluster1"]}:15443`].sort(),
      );
    });
  });
});
