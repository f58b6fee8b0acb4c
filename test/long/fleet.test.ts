import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { openFleet } from "../../ops/fleet/fleet";
import { fleetJoin, fleetSplit } from "../../ops/fleet/move";
import { fleetPreview } from "../../ops/fleet/preview";
import { fleetStatus } from "../../ops/fleet/status";
import { fleetUp } from "../../ops/fleet/up";
import { killTree } from "../lab/support/kill";
import { previewedSteps, Suite } from "../lab/support/suite";
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

  test("stops after a wave in which the mesh is not as planned, and goes on once it is", async () => {
    const network = (name: string) => [
      ...["label", "namespace", "istio-system", "--overwrite"],
      `topology.istio.io/network=${name}`,
    ];
    suite.kubectl("cluster2", ...network("elsewhere"));
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    await expect(fleetUp(fleet(), { parallel: 2, verify: true, waitSeconds: 0, say })).rejects.toThrow(
      /not as planned[^]*cluster2/,
    );
    expect(lines.filter((line) => line.startsWith("wave "))).toEqual([
      "wave trust: 1 stack",
      "wave primaries: 3 stacks",
    ]);
    suite.kubectl("cluster2", ...network("network2"));
    expect(await up()).toMatchObject({ links: "no change" });
  });

  describe("is moved", () => {
    let before: string[];
    const say = () => {};

    beforeAll(() => {
      before = writtenObjects(suite);
    });
    afterEach(() => expect(writtenObjects(suite)).toEqual(before));

    test("into one stack, whose program has nothing to change", async () => {
      await fleetJoin(fleet(), { yes: true, say });
      expect(await previewedSteps(suite.stack)).toEqual({});
      await suite.expectWorkingMesh();
      await expect(up()).rejects.toThrow(/stack fleet has the whole mesh/);
    });

    test("and back into several, of which none has a change", async () => {
      await fleetSplit(fleet(), { yes: true, say });
      expect((await fleetPreview(fleet(), 2)).filter((line) => !line.endsWith(": no change"))).toEqual([]);
      await suite.expectWorkingMesh();
    });
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

/** What this program writes into clusters, and nobody else does while nothing changes. */
const WRITTEN =
  "namespaces,secrets,services,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings," +
  "peerauthentications.security.istio.io,gateways.networking.istio.io";

/** Each with what changes at every write. */
function writtenObjects(suite: Suite): string[] {
  const columns =
    "-o=custom-columns=KIND:.kind,NS:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid,V:.metadata.resourceVersion";
  return suite.lab.clusters.flatMap(({ name }) => {
    const lines = suite.kubectl(name, "get", WRITTEN, "-A", "--no-headers", columns).trim().split("\n");
    return lines.map((line) => `${name} ${line.replaceAll(/\s+/g, " ")}`);
  });
}
