import { expect, test } from "vitest";
import { killNodes, restartNodes } from "../../../lab";
import { apply, type KubernetesObject } from "../../lab/support/apply";
import { CrossingLoad } from "../../lab/support/crossing-load";
import { CURL, pod } from "../../lab/support/pod-manifests";
import type { Suite } from "../../lab/support/suite";
import { lastNode } from "../support/spire-lab";
import { identityOf } from "../support/svid";

const NAMESPACE = "sample";

/** On the lost node, and made elsewhere without its server. */
const [NEIGHBOUR, NEWCOMER] = ["neighbour", "newcomer"];

/** foo loses the node with its SPIRE server, which is then repaired. */
export function lostNodeScenario(suite: Suite): void {
  test("what runs elsewhere serves on, and what is new waits", async () => {
    const spare = lastNode(suite, "foo");
    const [home] = suite.lab.clusters.find(({ name }) => name === "foo")!.nodes;
    apply(suite, "foo", workload(NEIGHBOUR, spare));
    ready(suite, NEIGHBOUR, 120);
    const load = await CrossingLoad.start(suite);
    await killNodes(suite.lab.name, "foo", [spare]);
    apply(suite, "foo", workload(NEWCOMER, home!));
    expect(() => ready(suite, NEWCOMER, 15)).toThrow();
    // Not until the end: certificates live for two minutes here, and nobody renews them meanwhile.
    await load.expectNoFailure();
    await restartNodes(suite.lab.name, "foo", suite.toolchain);
  });
}

/**
 * The node is there again, and agents ask the server once more: the later, the longer they have in vain.
 *
 * @see https://github.com/spiffe/spire/blob/v1.13.3/pkg/agent/manager/manager.go
 */
export function repairedNodeScenario(suite: Suite): void {
  test("after the repair each has its own identity", async () => {
    const begun = Date.now();
    ready(suite, NEWCOMER, 240);
    console.log(`agents asked the server again after ${Math.round((Date.now() - begun) / 1000)} s at most`);
    ready(suite, NEIGHBOUR, 180);
    for (const name of [NEWCOMER, NEIGHBOUR]) {
      expect(await identityOf(suite, "foo", NAMESPACE, `app=${name}`)).toBe(
        `spiffe://foo.com/ns/${NAMESPACE}/sa/${name}`,
      );
    }
    // Its row identity has looked at every proxy's.
    await suite.expectWorkingMesh();
    const pods = [NEWCOMER, NEIGHBOUR, "--wait=false"];
    suite.kubectl("foo", "delete", "-n", NAMESPACE, "pod,serviceaccount", ...pods);
  });
}

function ready(suite: Suite, name: string, seconds: number): void {
  const condition = ["--for=condition=Ready", `pod/${name}`, `--timeout=${seconds}s`];
  suite.kubectl("foo", "wait", "-n", NAMESPACE, ...condition);
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
