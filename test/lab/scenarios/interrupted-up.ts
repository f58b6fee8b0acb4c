import { expect, test } from "vitest";
import { recover } from "../../../ops/recover";
import { killUpAt, type Moment } from "../support/kill";
import type { Suite } from "../support/suite";

const POLL_MS = 20;

/** An `up` that is killed at any moment can be run again; each run here goes on from what the killed one left. */
export function interruptedUpScenario(suite: Suite): void {
  const halfInstalledRelease = async () => {
    while (
      !suite
        .kubectl("cluster1", "get", "secret", "-n", "istio-system", "-l", "owner=helm", "-o", "name")
        .trim()
    ) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const moments: Record<string, Moment> = {
    "after the keys": { phase: "done", urn: /::cluster3-ca-key$/ },
    "inside base": { phase: "start", urn: /::cluster1-base$/, until: halfInstalledRelease },
    "before istiod": { phase: "done", urn: /::cluster1-base$/ },
    "in the gateway": { phase: "start", urn: /:Deployment::cluster1-gateway-chart:/ },
    "between two links": { phase: "done", urn: /observes.*-secret$/ },
  };

  test.for(Object.entries(moments))("up is killed %s", async ([name, moment]) => {
    await killUpAt(suite.place, moment);
    const mended = await recover(suite.stack.workspace, suite.stack.name);
    expect(mended.join("\n")).toMatch(/removed the lock/);
    if (name === "inside base")
      expect(mended.join("\n")).toMatch(/cluster1: removed .*half-installed release/);
  });

  test("up after that builds a working mesh, nothing twice", async () => {
    await suite.stack.up();
    const { deployment } = await suite.stack.exportStack();
    expect(deployment.pending_operations ?? []).toEqual([]);
    const urns = deployment.resources.map(({ urn }: { urn: string }) => urn);
    expect(new Set(urns).size).toBe(urns.length);
    await suite.expectWorkingMesh();
  });
}
