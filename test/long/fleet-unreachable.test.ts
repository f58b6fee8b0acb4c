import { existsSync } from "node:fs";
import { join } from "node:path";
import { Stack } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec, startCluster, stopCluster } from "../../lab";
import { fleetStatus } from "../../ops/fleet/status";
import { expectAsBefore, takeInventory } from "../lab/scenarios/destroy";
import { Suite } from "../lab/support/suite";
import { endsIn, fleetOf, previewFleet, upFleet } from "./support/fleet";

const MESH = "fleet-away";
const CLUSTERS = ["cluster1", "cluster2", "cluster3"];

/** An annotation of the gateways' Services, to have a change of what is there. */
const ROUND = "example.com/round";

/** What is in the config, beside what the lab says. */
interface Described {
  /** Clusters that are not in it. @default [] */
  readonly without?: readonly string[];
  /** Clusters that have both versions of the application. @default [] */
  readonly withBoth?: readonly string[];
  /** Settings of cluster2. @default {} */
  readonly cluster2?: Record<string, unknown>;
  /** @default - no annotation */
  readonly round?: string;
}

/** Clusters that a mesh in several stacks loses: one for a while, one that is taken from the config, and one that is dead. */
describe("a mesh in several stacks", () => {
  const suite = new Suite(defaultSpec(MESH, 3));
  let before: Record<string, string[]>;

  const describeMesh = ({ without = [], withBoth = [], cluster2 = {}, round }: Described = {}) =>
    suite.configure({
      clusters: suite.clusters({ cluster2 }).filter(({ name }) => !without.includes(String(name))),
      sampleApps: {
        helloworld: Object.fromEntries(
          CLUSTERS.map((name) => {
            const versions = withBoth.includes(name) ? ["v1", "v2"] : ["v1"];
            return [name, without.includes(name) ? undefined : versions];
          }),
        ),
      },
      ...(round && { gateway: { serviceAnnotations: { [ROUND]: round } } }),
    });
  const roundOf = (cluster: string) => {
    const path = `jsonpath={.metadata.annotations.${ROUND.replace(".", "\\.")}}`;
    return suite.kubectl(
      cluster,
      "get",
      "service",
      "-n",
      "istio-system",
      "istio-eastwestgateway",
      "-o",
      path,
    );
  };
  const destroyLeftOver = async (cluster: string) => {
    const stack = await Stack.select(`${MESH}.cluster.${cluster}`, suite.stack.workspace);
    await stack.destroy({ remove: true });
    expect(existsSync(join(suite.place.workDir, `Pulumi.${stack.name}.yaml`))).toBe(false);
    expect(await fleetStatus(fleetOf(suite))).not.toContain(cluster);
    const { texts } = await previewFleet(suite);
    expect(texts.filter((text) => !text.endsWith(": no change"))).toEqual([]);
  };

  beforeAll(async () => {
    await suite.start();
    before = takeInventory(suite);
    await describeMesh();
    await upFleet(suite);
  });
  afterAll(suite.stop);

  describe("of which a cluster does not answer", () => {
    beforeAll(() => stopCluster(MESH, "cluster2"));

    test("is previewed with a warning in each stack that reaches it", async () => {
      const { texts, failed } = await previewFleet(suite);
      expect(failed).toEqual([]);
      const summaries = texts.map((text) => {
        const isWarned = /\n {2}warning: access of clusters\[1\] \(cluster2\): .* \(ECONNREFUSED\);/.test(
          text,
        );
        return `${text.split("\n")[0]}${isWarned ? ", warned" : ""}`;
      });
      expect(summaries).toEqual([
        `${MESH}.trust: no change`,
        `${MESH}.cluster.cluster1: no change`,
        `${MESH}.cluster.cluster2: no change, warned`,
        `${MESH}.cluster.cluster3: no change`,
        `${MESH}.links: no change, warned`,
      ]);
    });

    test("ends its up by a report that names the cluster where nothing is to change in it", async () => {
      const lines: string[] = [];
      await expect(upFleet(suite, { waitSeconds: 0 }, lines)).rejects.toThrow(/not as planned[^]*cluster2/);
      expect(lines).toContainEqual(
        expect.stringContaining(`${MESH}.cluster.cluster2: warning: access of clusters[1]`),
      );
      expect(endsIn(lines)).toEqual({
        trust: "no change",
        ...Object.fromEntries(CLUSTERS.map((name) => [`cluster.${name}`, "no change"])),
      });
    });

    test("fails that cluster's stack alone where something is, by the server that is missing", async () => {
      await describeMesh({ withBoth: ["cluster1", "cluster2"] });
      const lines: string[] = [];
      await expect(upFleet(suite, {}, lines)).rejects.toThrow(
        `wave primaries ended with ${MESH}.cluster.cluster2; mend what it says above, and run the same command again`,
      );
      expect(endsIn(lines)).toMatchObject({ "cluster.cluster1": "2 create" });
      const failure = lines.find((line) => line.startsWith(`${MESH}.cluster.cluster2: failed`));
      expect(failure).toMatch(/unreachable/);
      expect(failure).toContain(suite.lab.clusters[1]?.apiServer);
    });

    test("goes on without it where the config says so and nobody verifies", async () => {
      await describeMesh({ withBoth: ["cluster1"], cluster2: { whenUnreachable: "skip" }, round: "1" });
      const lines: string[] = [];
      const { links } = await upFleet(suite, { verify: false }, lines);
      expect(links).toBe("1 update");
      expect(lines).toContainEqual(expect.stringMatching(/^cluster cluster2 at .* is left to the next up$/));
      expect([roundOf("cluster1"), roundOf("cluster3")]).toEqual(["1", "1"]);
    });

    test("does there what is left once it answers, with no change elsewhere", async () => {
      await startCluster(MESH, "cluster2", suite.toolchain);
      await describeMesh({ withBoth: ["cluster1", "cluster2"], round: "1" });
      const { "cluster.cluster2": second, links, ...others } = await upFleet(suite);
      expect(second).toMatch(/^2 create, \d update$/);
      // The provider.
      expect(links).toBe("1 update");
      expect(new Set(Object.values(others))).toEqual(new Set(["no change"]));
      expect(roundOf("cluster2")).toBe("1");
      await suite.expectWorkingMesh();
    });
  });

  describe("from whose config a cluster is taken", () => {
    const left =
      `${MESH}.cluster.cluster3: its cluster is not in the config; once an up of the fleet has taken its links, ` +
      `pulumi destroy --remove --stack ${MESH}.cluster.cluster3 removes what it has`;

    beforeAll(() => describeMesh({ without: ["cluster3"], withBoth: ["cluster1", "cluster2"], round: "1" }));

    test("says so in its status and its preview", async () => {
      expect((await fleetStatus(fleetOf(suite))).split("\n").at(-1)).toBe(left);
      const { texts, failed } = await previewFleet(suite);
      expect(failed).toEqual([]);
      expect(texts.at(-1)).toBe(left);
    });

    test("takes what leads to it from the others", async () => {
      const lines: string[] = [];
      const { trust, links, ...others } = await upFleet(suite, {}, lines);
      expect(lines[0]).toBe(left);
      expect([trust, links]).toEqual(["4 delete", "9 delete"]);
      expect(others).toEqual({ "cluster.cluster1": "no change", "cluster.cluster2": "no change" });
      await suite.expectWorkingMesh();
    });

    test("has nothing in it once its stack is destroyed, and is as planned without it", async () => {
      await destroyLeftOver("cluster3");
      expectAsBefore(suite.teamOf("cluster3"), before);
      await suite.expectWorkingMesh();
    });
  });

  describe("of which a cluster is dead", () => {
    const without = ["cluster2", "cluster3"];

    beforeAll(() => stopCluster(MESH, "cluster2"));

    test("does not forget it because it was taken from the config", async () => {
      await describeMesh({ without, withBoth: ["cluster1"], round: "1" });
      const lines: string[] = [];
      await expect(upFleet(suite, {}, lines)).rejects.toThrow(`wave links ended with ${MESH}.links;`);
      expect(lines.find((line) => line.startsWith(`${MESH}.links: failed`))).toMatch(/cluster2.*unreachable/);
    });

    test("does so once the config has said that it may", async () => {
      await describeMesh({
        without: ["cluster3"],
        withBoth: ["cluster1", "cluster2"],
        cluster2: { leaving: true, whenUnreachable: "forget" },
        round: "1",
      });
      await upFleet(suite, { verify: false });
      await describeMesh({ without, withBoth: ["cluster1"], round: "1" });
      await upFleet(suite);
      await destroyLeftOver("cluster2");
      await suite.expectWorkingMesh();
    });
  });
});
