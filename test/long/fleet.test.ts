import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { openFleet } from "../../ops/fleet/fleet";
import { fleetPreview } from "../../ops/fleet/preview";
import { fleetStatus } from "../../ops/fleet/status";
import { fleetUp } from "../../ops/fleet/up";
import { killTree } from "../lab/support/kill";
import { Suite } from "../lab/support/suite";
import { until } from "../lab/support/until";

const NAME = "fleet";

/** Which version each cluster has, so that one more does not change it. */
const APPS = { sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] } } };

/** A mesh with a stack that signs, one per cluster, and one that links them. */
describe("a mesh in several stacks", () => {
  const suite = new Suite(defaultSpec(NAME, 2));

  beforeAll(async () => {
    await suite.start();
  });
  afterAll(suite.stop);

  const fleet = () => openFleet(NAME, suite.stack.workspace);

  /** Runs all stacks. @returns what is said of each stack at its end, by the stack's name after the mesh's */
  const up = async (): Promise<Record<string, string>> => {
    const lines: string[] = [];
    await fleetUp(fleet(), { parallel: 2, verify: true, waitSeconds: 90, say: (line) => lines.push(line) });
    const ends = lines.flatMap((line) => {
      const [, stack, end] = /^fleet\.(\S+): (.*) in \d+ s$/.exec(line) ?? [];
      return stack === undefined || end === undefined ? [] : [[stack, end] as const];
    });
    return Object.fromEntries(ends);
  };

  test("whose up is killed while two clusters are being made goes on with the next one", async () => {
    await killWhile(async () => {
      const secrets = suite.kubectl("cluster1", "get", "secrets", "-A", "-o", "name");
      return secrets.includes("secret/cacerts");
    });
    expect(await up()).toMatchObject({ trust: "no change", links: expect.stringContaining("create") });
    await suite.expectWorkingMesh();
  });

  test("has no change when it is previewed, in any stack", async () => {
    expect(await fleetPreview(fleet(), 2)).toEqual(
      ["trust", "cluster.cluster1", "cluster.cluster2", "links"].map((stack) => `fleet.${stack}: no change`),
    );
  });

  test("gets a third cluster by its own stack, one certificate and its links", async () => {
    await suite.addCluster({ name: "cluster3", network: "network3" });
    await suite.configure(APPS);
    expect(await fleetPreview(fleet(), 2)).toContain(
      "fleet.cluster.cluster3: is yet to be made, with all that it has",
    );
    expect(await up()).toEqual({
      // Key, request, certificate, and the component that has them.
      trust: "4 create",
      "cluster.cluster1": "no change",
      "cluster.cluster2": "no change",
      "cluster.cluster3": expect.stringMatching(/^\d+ create$/),
      // Four pairs, each a component and its Secret.
      links: expect.stringMatching(/^(8|9|10) create$/),
    });
    await suite.expectWorkingMesh();
  });

  test("tells what stacks there are", async () => {
    const rows = (await fleetStatus(fleet())).split("\n").map((row) => row.split(/\s{2,}/).slice(0, 2));
    expect(rows.slice(1)).toEqual([
      ["trust", "fleet.trust"],
      ["primaries", "fleet.cluster.cluster1"],
      ["primaries", "fleet.cluster.cluster2"],
      ["primaries", "fleet.cluster.cluster3"],
      ["links", "fleet.links"],
    ]);
  });

  /** Runs the command and kills it, engines and all, once the clusters' wave has begun and something holds. */
  const killWhile = async (holds: () => Promise<boolean>) => {
    const child = spawn("tsx", ["ops/cli.ts", "fleet", "up", "--stack", NAME], { detached: true });
    const exited = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith("wave primaries")) break;
    }
    await until("the moment to kill", holds, 120);
    await killTree(child.pid ?? 0);
    await exited;
  };
});
