import { expect, test } from "vitest";
import { Diagnostics } from "../../../ops/fleet/diagnostics";
import type { Suite } from "../support/suite";

/**
 * Bad input ends a preview before a resource is registered. What is bad, and what is said of it, has its unit tests; here
 * the real engine shows all of it at once.
 */
export function badInputScenario(suite: Suite): void {
  test("a preview refuses faults of shape, of meaning and of files, each with its place", async () => {
    const nowhere = { access: { kubeconfigFile: "/nowhere/config" } };
    const clusters = suite.clusters({
      cluster1: nowhere,
      cluster2: { network: "Network_2", gateway: { replica: 2 } },
    });
    await suite.configure({ clusters, links: [{ observer: "cluster1", observed: "nobody" }] });
    const said = await suite.stack.preview().then(String, String);
    expect(said).toMatch(/has 4 problems; nothing was touched/);
    for (const problem of [
      /clusters\[1\]\.gateway\.replica is not a known setting/,
      /clusters\[1\]\.network "Network_2" is not a DNS-1123 label/,
      /links\[0\]\.observed "nobody" is not a cluster/,
      /clusters\[0\]\.access \/nowhere\/config does not exist/,
    ]) {
      expect(said).toMatch(problem);
    }
    const state = await suite.stack.exportStack();
    expect(state.deployment.resources ?? []).toEqual([]);
  });

  test("and accepts the same config without the faults, and without a warning", async () => {
    await suite.configure();
    const diagnostics = new Diagnostics();
    const { changeSummary } = await suite.stack.preview({ onEvent: (event) => diagnostics.add(event) });
    expect(Object.keys(changeSummary)).toEqual(["create"]);
    expect(diagnostics.warnings()).toEqual([]);
  });
}
