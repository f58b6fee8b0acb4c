import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { nameOf, stepRecorder, Suite } from "../lab/support/suite";

const SPARE = "spare";

/** Another cluster takes the place of cluster2, under its name, while cluster1 goes on. */
describe("a cluster that is replaced", () => {
  const suite = new Suite(defaultSpec("replaced", 2));

  beforeAll(async () => {
    await suite.start();
    await suite.stack.up();
  });
  afterAll(suite.stop);

  const configure = (context: string) => {
    const identity = suite.kubectl(
      context,
      "get",
      "namespace",
      "kube-system",
      "-o",
      "jsonpath={.metadata.uid}",
    );
    const access = { kubeconfigFile: suite.lab.kubeconfig, context };
    const clusters = suite.clusters({ cluster2: { access, identity } });
    return suite.configure({
      clusters: clusters.filter(({ name }) => name !== SPARE),
      sampleApps: { helloworld: { cluster2: ["v2"], [SPARE]: undefined } },
    });
  };
  const ofSystem = (cluster: string, ...object: string[]) =>
    suite.kubectl(cluster, "get", "-n", "istio-system", "--ignore-not-found", ...object);
  const istiodOf1 = () =>
    ofSystem("cluster1", "pods", "-l", "app=istiod", "-o", "jsonpath={.items[*].metadata.uid}");

  test("a refresh that runs the program finds nothing", async () => {
    const { summary } = await suite.stack.refresh({ runProgram: true });
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("its first identity is recorded and changes nothing else", async () => {
    await configure("cluster2");
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    expect(Object.fromEntries(Object.entries(steps).map(([op, urns]) => [op, urns.map(nameOf)]))).toEqual({
      create: ["cluster2.identity"],
    });
  });

  test("another one makes everything anew in the new cluster, and deletes it from the old one after that", async () => {
    await suite.addCluster({ name: SPARE, network: suite.lab.clusters[1]!.network });
    await configure(SPARE);
    const before = istiodOf1();
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    const urns = Object.values(steps).flat().map(nameOf);
    expect(urns.filter((name) => !name.includes("cluster2"))).toEqual([]);
    expect(istiodOf1()).toBe(before);
    expect(ofSystem("cluster2", "pods,services,secrets,configmaps", "-o", "name")).toBe("");
    const server = suite.lab.clusters.find(({ name }) => name === SPARE)?.apiServer ?? "";
    const link = ofSystem(
      "cluster1",
      "secret",
      "istio-remote-secret-cluster2",
      "-o",
      "jsonpath={.data.cluster2}",
    );
    expect(Buffer.from(link, "base64").toString()).toContain(server);
  });

  test("requests cross to it, and a second preview is empty", async () => {
    const { answers } = await suite.expectWorkingMesh();
    for (const { byCluster } of answers)
      expect(Object.keys(byCluster).sort()).toEqual(["cluster1", "cluster2"]);
    expect(Object.keys((await suite.stack.preview()).changeSummary)).toEqual(["same"]);
  });
});
