import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { CrossingLoad } from "../lab/support/crossing-load";
import { Suite } from "../lab/support/suite";
import { phases, podStarts, rootsByPlace, SHORT_LIVED } from "../lab/support/trust";
import { killFleetAt, previewFleet, upFleet } from "./support/fleet";

const FIRST_ROOT = {};
const TRUST_BOTH = { generation: 2, phase: "trust-both" };
const SIGN_NEW = { generation: 2, phase: "sign-new", verified: "trust-both" };
const DROP_OLD = { generation: 2, phase: "drop-old", verified: "sign-new" };

/** Each phase, and one that is refused while some clusters are yet to come to it. */
const PHASES = Object.entries({
  "2/trust-both": { root: TRUST_BOTH, next: SIGN_NEW },
  "2/sign-new": { root: SIGN_NEW, next: DROP_OLD },
  "2/drop-old": { root: DROP_OLD, next: { generation: 2 } },
  "2/stable": { root: { generation: 2 }, next: FIRST_ROOT },
});

/** Requests cross all the time while a mesh in several stacks gets another root, and none fails. */
describe("a mesh in several stacks gets a new root under load, killed in each phase", () => {
  const suite = new Suite(defaultSpec("fleet-root", 2));
  const names = () => suite.lab.clusters.map(({ name }) => name);
  const enter = (root: object) => suite.configure({ ...SHORT_LIVED, ca: { root } });
  let load: CrossingLoad;
  let oldRoot: string[];
  let pods: string[];

  beforeAll(async () => {
    await suite.start();
    await enter(FIRST_ROOT);
    await upFleet(suite);
    pods = podStarts(suite);
    oldRoot = rootsByPlace(suite, "cluster1")["cacerts"] ?? [];
    load = await CrossingLoad.start(suite);
  });
  // The last one comes first, and the lab is taken down in any case.
  afterAll(suite.stop);
  afterAll(() => load.stop());

  test.for(PHASES)("%s", async ([phase, { root, next }]) => {
    await enter(root);
    const holds = () => phases(suite)[0] === phase;
    await killFleetAt(suite, { wave: "primaries", holds, parallel: 1 });
    expect(phases(suite)[1]).not.toBe(phase);

    await enter(next);
    const { texts, failed } = await previewFleet(suite);
    expect(failed).toEqual(["fleet-root.trust"]);
    expect(texts[0]).toMatch(/(has|have) not come to root|cannot go from root/);
    await expect(upFleet(suite)).rejects.toThrow(/wave trust ended with fleet-root.trust/);

    await enter(root);
    await upFleet(suite);
    expect(phases(suite)).toEqual([phase, phase]);
    const { checks } = await suite.expectWorkingMesh();
    const signers = checks.filter(({ check }) => check === "signer");
    expect(signers.map(({ cluster, status }) => `${cluster} ${status}`)).toEqual(
      names().map((name) => `${name} ok`),
    );
    for (const { cluster, detail } of signers) console.log(`${phase}: ${cluster}: ${detail}`);
  });

  test("that leaves the old one in no bundle, without a restart", () => {
    for (const [place, roots] of names().flatMap((name) => Object.entries(rootsByPlace(suite, name)))) {
      expect(roots, place).toHaveLength(1);
      expect(roots, place).not.toEqual(oldRoot);
    }
    expect(podStarts(suite)).toEqual(pods);
  });

  test("and no request fails", () => load.expectNoFailure());
});
