import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { fleetJoin, fleetSplit } from "../../ops/fleet/move";
import { CrossingLoad, EVERYWHERE } from "../lab/support/crossing-load";
import { readerToken, readerTokens, statusWith, tokenInUse } from "../lab/support/reader-token";
import { previewedSteps, Suite } from "../lab/support/suite";
import { SHORT_LIVED, signingCa } from "../lab/support/trust";
import { fleetOf, killFleetAt, objectsIn, previewFleet, upFleet } from "./support/fleet";

/** Requests cross all the time while a mesh in several stacks is moved and changed, and none fails. */
describe("a mesh in several stacks, under load", () => {
  const suite = new Suite(defaultSpec("fleet-load", 2));
  const names = () => suite.lab.clusters.map(({ name }) => name);
  let settings: Record<string, unknown> = SHORT_LIVED;
  let load: CrossingLoad;

  /** Changes the config and keeps what it says from before. */
  const configure = async (changes: Record<string, unknown>) => {
    settings = { ...settings, ...changes };
    await suite.configure(settings);
  };
  /** Each stack that has a change, with its text. */
  const previewed = async () => {
    const { texts } = await previewFleet(suite);
    return texts.filter((text) => !text.endsWith(": no change"));
  };

  beforeAll(async () => {
    await suite.start();
    await configure({});
    await upFleet(suite);
    load = await CrossingLoad.start(suite);
  });
  // The last one comes first, and the lab is taken down in any case.
  afterAll(suite.stop);
  afterAll(() => load.stop());

  /** Judges the requests since the last time. */
  const expectNoFailure = async () => {
    await load.expectNoFailure();
    load = await CrossingLoad.start(suite);
  };

  describe("is moved", () => {
    const move = { yes: true, say: () => {} };
    let before: string[];

    beforeAll(() => {
      before = objectsIn(suite);
    });
    afterEach(() => expect(objectsIn(suite)).toEqual(before));

    test("into one stack, whose program has nothing to change", async () => {
      await fleetJoin(fleetOf(suite), move);
      expect(await previewedSteps(suite.stack)).toEqual({});
      await suite.expectWorkingMesh();
      await expect(upFleet(suite)).rejects.toThrow(/stack fleet-load has the whole mesh/);
    });

    test("and back into several, of which none has a change", async () => {
      await fleetSplit(fleetOf(suite), move);
      expect(await previewed()).toEqual([]);
      await suite.expectWorkingMesh();
    });
  });

  test("no request has failed while it was moved", () => expectNoFailure());

  describe("gets new tokens of its readers", () => {
    let old: Record<string, string>;
    const answers = () => new Set(names().map((name) => statusWith(suite, name, old[name] ?? "")));

    test("of which the former ones live until the links have the new ones", async () => {
      old = Object.fromEntries(names().map((name) => [name, readerToken(suite, name)]));
      await configure({ readerTokenEpoch: 2 });
      await killFleetAt(suite, { wave: "links", holds: () => true });
      // An API server remembers a good token for ten seconds.
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      expect(answers()).toEqual(new Set(["200"]));
    });

    test("and end then", async () => {
      const lines: string[] = [];
      const { links, ...others } = await upFleet(suite, {}, lines);
      expect(new Set(Object.values(others))).toEqual(new Set(["no change"]));
      expect(links).toBe("2 update");
      for (const name of names()) {
        expect(lines).toContainEqual(expect.stringContaining(`${name}: reader's token`));
        const tokens = readerTokens(suite, name);
        expect(Object.keys(tokens)).toEqual(["istio-multicluster-reader-token-2.1"]);
        for (const observer of names().filter((other) => other !== name)) {
          expect(tokenInUse(suite, observer, name)).toBe(Object.values(tokens)[0]);
        }
      }
      await expect.poll(answers, { timeout: 20_000 }).toEqual(new Set(["401"]));
      expect(await previewed()).toEqual([]);
    });
  });

  test("no request has failed with the tokens", () => expectNoFailure());

  test("gets new intermediates", async () => {
    const before = names().map((name) => signingCa(suite, name));
    await configure({ ca: { intermediateEpoch: 2 } });
    const ends = await upFleet(suite);
    expect(ends).toMatchObject({ "cluster.cluster1": "1 update", links: "no change" });
    for (const [index, name] of names().entries()) expect(signingCa(suite, name)).not.toBe(before[index]);
  });

  test("no request has failed with the intermediates", () => load.expectNoFailure());

  test("lets a cluster go, which calls the others to its end, without a failed request", async () => {
    const staying = ["cluster1", EVERYWHERE];
    load = await CrossingLoad.start(suite, {
      servicesOf: (client) => staying.filter((name) => name !== client),
    });
    await configure({ clusters: suite.clusters({ cluster2: { leaving: true } }) });
    const links = (await previewed()).find((text) => text.startsWith("fleet-load.links: "));
    const deleted = links
      ?.split("\n")
      .slice(1)
      .map((line) => line.split(" ").at(-1));
    expect(deleted?.sort()).toEqual([
      // The provider: it observes nobody any more.
      "cluster1",
      "cluster1.observes.cluster2",
      "cluster1.observes.cluster2-secret",
    ]);
    const ends = await upFleet(suite);
    expect(ends).toMatchObject({ trust: "no change", "cluster.cluster1": "no change", links: "3 delete" });
    expect(await previewed()).toEqual([]);
    await load.expectNoFailure();
  });
});
