import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { fleetStatus } from "../../ops/fleet/status";
import { Suite } from "../lab/support/suite";
import { endsIn, fleetOf, killFleetAt, previewFleet, upFleet } from "./support/fleet";

/** Which version each cluster has, so that one more does not change it. */
const APPS = { sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] } } };

/** A mesh with a stack that signs, one per cluster, and one that links them. */
describe("a mesh in several stacks", () => {
  const suite = new Suite(defaultSpec("fleet", 2));

  beforeAll(async () => {
    await suite.start();
  });
  afterAll(suite.stop);

  test("whose up is killed while two clusters are being made goes on with the next one", async () => {
    const secrets = () => suite.kubectl("cluster1", "get", "secrets", "-A", "-o", "name");
    await killFleetAt(suite, { wave: "primaries", holds: () => secrets().includes("secret/cacerts") });
    expect(await upFleet(suite)).toMatchObject({
      trust: "no change",
      links: expect.stringContaining("create"),
    });
    await suite.expectWorkingMesh();
  });

  test("has no change when it is previewed, in any stack", async () => {
    const { texts } = await previewFleet(suite);
    expect(texts).toEqual(
      ["trust", "cluster.cluster1", "cluster.cluster2", "links"].map((stack) => `fleet.${stack}: no change`),
    );
  });

  describe("gets a third cluster", () => {
    const network = (name: string) =>
      suite.kubectl(
        "cluster2",
        ...["label", "namespace", "istio-system", "--overwrite"],
        `topology.istio.io/network=${name}`,
      );

    beforeAll(async () => {
      await suite.addCluster({ name: "cluster3", network: "network3" });
      await suite.configure(APPS);
    });

    test("as a preview says", async () => {
      expect((await previewFleet(suite)).texts).toContain(
        "fleet.cluster.cluster3: is yet to be made, with all that it has",
      );
    });

    test("by its own stack and one certificate, and no link after a wave in which the mesh is not as planned", async () => {
      network("elsewhere");
      const lines: string[] = [];
      await expect(upFleet(suite, { waitSeconds: 0 }, lines)).rejects.toThrow(/not as planned[^]*cluster2/);
      expect(lines.filter((line) => line.startsWith("wave "))).toEqual([
        "wave trust: 1 stack",
        "wave primaries: 3 stacks",
      ]);
      expect(endsIn(lines)).toEqual({
        // Key, request, certificate, and the component that has them.
        trust: "4 create",
        "cluster.cluster1": "no change",
        "cluster.cluster2": "no change",
        "cluster.cluster3": expect.stringMatching(/^\d+ create$/),
      });
    });

    test("and its links by the next up, once the mesh is as planned", async () => {
      network("network2");
      const { links, ...others } = await upFleet(suite);
      expect(new Set(Object.values(others))).toEqual(new Set(["no change"]));
      // Four pairs, each a component and its Secret, and what is recorded of a cluster that it had not reached before.
      expect(links).toMatch(/^(8|9|10) create$/);
      await suite.expectWorkingMesh();
    });
  });

  test("tells what stacks there are", async () => {
    const rows = (await fleetStatus(fleetOf(suite)))
      .split("\n")
      .map((row) => row.split(/\s{2,}/).slice(0, 2));
    expect(rows.slice(1)).toEqual([
      ["trust", "fleet.trust"],
      ["primaries", "fleet.cluster.cluster1"],
      ["primaries", "fleet.cluster.cluster2"],
      ["primaries", "fleet.cluster.cluster3"],
      ["links", "fleet.links"],
    ]);
  });
});
