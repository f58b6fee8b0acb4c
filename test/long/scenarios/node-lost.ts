import { expect, test } from "vitest";
import { killNodes, restartNodes } from "../../../lab";
import { apply, type KubernetesObject } from "../../lab/support/apply";
import { CrossingLoad } from "../../lab/support/crossing-load";
import { CURL, pod } from "../../lab/support/pod-manifests";
import type { Suite } from "../../lab/support/suite";
import { lastNode } from "../support/spire-lab";
import { identityOf } from "../support/svid";

const NAMESPACE = "sample";

/** foo loses the node with its SPIRE server, and gets it back. */
export function nodeScenario(suite: Suite): void {
  const ready = (pod: string, seconds: number) =>
    suite.kubectl(
      "foo",
      "wait",
      "-n",
      NAMESPACE,
      "--for=condition=Ready",
      `pod/${pod}`,
      `--timeout=${seconds}s`,
    );

  test("what runs elsewhere serves on, what is new waits, and after the repair each has its own identity", async () => {
    const spare = lastNode(suite, "foo");
    const [home] = suite.lab.clusters.find(({ name }) => name === "foo")!.nodes;
    apply(suite, "foo", workload("neighbour", spare));
    ready("neighbour", 120);
    const load = await CrossingLoad.start(suite);
    const lost = Date.now();
    await killNodes(suite.lab.name, "foo", [spare]);
    apply(suite, "foo", workload("newcomer", home!));
    expect(() => ready("newcomer", 15)).toThrow();
    // Not until the end: certificates live for two minutes here, and nobody renews them meanwhile.
    await load.expectNoFailure();
    await restartNodes(suite.lab.name, "foo", suite.toolchain);
    ready("newcomer", 180);
    console.log(`the node of SPIRE's server was away for ${Math.round((Date.now() - lost) / 1000)} s`);
    ready("neighbour", 180);
    for (const name of ["newcomer", "neighbour"]) {
      expect(await identityOf(suite, "foo", NAMESPACE, `app=${name}`)).toBe(
        `spiffe://foo.com/ns/${NAMESPACE}/sa/${name}`,
      );
    }
    // Its row identity has looked at every proxy's.
    await suite.expectWorkingMesh();
    suite.kubectl(
      "foo",
      "delete",
      "-n",
      NAMESPACE,
      "pod,serviceaccount",
      "newcomer",
      "neighbour",
      "--wait=false",
    );
  });
}

/** A pod with a proxy on a node, under an account of its own. */
function workload(name: string, node: string): KubernetesObject[] {
  const metadata = { name, namespace: NAMESPACE, labels: { app: name } };
  const { spec } = pod(name, CURL, { command: ["sleep", "infinity"], node });
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: "v1", kind: "Pod", metadata, spec: { ...spec, serviceAccountName: name } },
  ];
}
