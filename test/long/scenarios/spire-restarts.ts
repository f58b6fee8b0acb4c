import { expect, test, vi } from "vitest";
import { SPIFFE_CSI_DRIVER } from "../../../components/names";
import { CrossingLoad } from "../../lab/support/crossing-load";
import type { Suite } from "../../lab/support/suite";
import { emptyVolume } from "../support/spire-lab";
import { proxySvid } from "../support/svid";

const SOON = { timeout: 60_000, interval: 500 };

/** SPIRE goes and comes while requests cross: what runs keeps its identity, what is new waits for its own. */
export function restartScenario(suite: Suite): void {
  const names = suite.spec.clusters.map(({ name }) => name);
  const restart = (workload: string) => {
    for (const name of names) suite.kubectl(name, "rollout", "restart", "-n", "spire", workload);
    for (const name of names) {
      suite.kubectl(name, "rollout", "status", "-n", "spire", workload, "--timeout=180s");
    }
  };

  test("servers and agents are restarted, and no request fails", async () => {
    const load = await CrossingLoad.start(suite);
    restart("statefulset/spire-server");
    restart("daemonset/spire-agent");
    await load.expectNoFailure();
  });

  test("a server that has lost its volume begins anew, and the mesh is as it was", async () => {
    emptyVolume(suite, "bar");
    restart("statefulset/spire-server");
    restart("daemonset/spire-agent");
    await suite.expectWorkingMesh();
  });

  test("a pod that starts without an agent is not ready, and has SPIRE's identity once there is one", async () => {
    const nobody = JSON.stringify({
      spec: { template: { spec: { nodeSelector: { "lab/agents": "none" } } } },
    });
    const agents = ["-n", "spire", "daemonset/spire-agent"];
    const client = ["-n", "sample", "deployment/curl"];
    suite.kubectl("foo", "patch", ...agents, "-p", nobody);
    suite.kubectl("foo", "rollout", "status", ...agents, "--timeout=120s");
    const gone = ["--for=delete", "pod", "-l", "app=spire-agent", "--timeout=120s"];
    suite.kubectl("foo", "wait", "-n", "spire", ...gone);
    const before = clientPods(suite);
    suite.kubectl("foo", "rollout", "restart", ...client);
    // For want of the driver none of its containers starts, however long one waits.
    await vi.waitFor(() => {
      const started = clientPods(suite).filter((name) => !before.includes(name));
      expect(mountFaults(suite, started)).toContain(SPIFFE_CSI_DRIVER);
    }, SOON);
    expect(() => suite.kubectl("foo", "rollout", "status", ...client, "--timeout=5s")).toThrow();
    const everybody = JSON.stringify([
      { op: "remove", path: "/spec/template/spec/nodeSelector/lab~1agents" },
    ]);
    suite.kubectl("foo", "patch", ...agents, "--type=json", "-p", everybody);
    suite.kubectl("foo", "rollout", "status", ...client, "--timeout=180s");
    const { roots } = await proxySvid(suite, "foo", "sample", "app=curl");
    expect(Object.keys(roots).sort()).toEqual(["bar.com", "foo.com"]);
    await suite.expectWorkingMesh();
  });
}

/** Names of the pods of foo's client. */
function clientPods(suite: Suite): string[] {
  const names = "jsonpath={.items[*].metadata.name}";
  return suite.kubectl("foo", "get", "pods", "-n", "sample", "-l", "app=curl", "-o", names).split(" ");
}

/** Why volumes of pods could not be mounted. */
function mountFaults(suite: Suite, pods: readonly string[]): string {
  const messages = pods.map((name) => {
    const selector = `--field-selector=reason=FailedMount,involvedObject.name=${name}`;
    return suite.kubectl(
      "foo",
      "get",
      "events",
      "-n",
      "sample",
      selector,
      "-o",
      "jsonpath={.items[*].message}",
    );
  });
  return messages.join(" ");
}
