import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSpec } from "../../lab";
import { recover } from "../../ops/recover";
import { CrossingLoad } from "./support/crossing-load";
import { killUpAt, type Moment } from "./support/kill";
import { previewedSteps, Suite } from "./support/suite";
import { phases, podStarts, rootsByPlace, SHORT_LIVED, signingCa } from "./support/trust";

const CLUSTERS = ["cluster1", "cluster2"];

/** A moment at which some clusters have changed and others may not have. */
const BETWEEN_CLUSTERS: Moment = { phase: "done", urn: /-cacerts$/ };

const TRUST_BOTH = { generation: 2, phase: "trust-both" };
const SIGN_NEW = { generation: 2, phase: "sign-new", verified: "trust-both" };
const DROP_OLD = { generation: 2, phase: "drop-old", verified: "sign-new" };

/** Each phase, and a step out of order that is refused when `up` was killed inside of it. */
const PHASES = Object.entries({
  "2/trust-both": {
    root: TRUST_BOTH,
    outOfOrder: SIGN_NEW,
    refusal: /not every cluster trusts the new root/,
  },
  "2/sign-new": {
    root: SIGN_NEW,
    outOfOrder: DROP_OLD,
    refusal: /needs every cluster to have finished sign-new/,
  },
  "2/drop-old": { root: DROP_OLD, outOfOrder: TRUST_BOTH, refusal: /may no longer trust the old root/ },
  "2/stable": { root: { generation: 2 }, outOfOrder: {}, refusal: /cannot go from root/ },
});

/** Everything that signs is replaced while requests cross in both directions, and none fails. */
describe("rotation under load", () => {
  const suite = new Suite(defaultSpec("trust-rot", 2));
  let pods: string[];

  const configure = (ca: Record<string, unknown>) => suite.configure({ ...SHORT_LIVED, ca });
  const upAfterKill = async (moment: Moment) => {
    await killUpAt(suite.place, moment);
    await recover(suite.stack.workspace, suite.stack.name);
  };

  beforeAll(async () => {
    await suite.start();
    await configure({});
    await suite.stack.up();
    await suite.expectWorkingMesh();
    pods = podStarts(suite);
  });
  afterAll(suite.stop);

  describe("of the intermediates", () => {
    let load: CrossingLoad;
    let before: string[];

    beforeAll(async () => {
      before = CLUSTERS.map((cluster) => signingCa(suite, cluster));
      load = await CrossingLoad.start(suite);
    });
    afterAll(() => load.stop());

    test("previews a new key and certificate per cluster, and no new root", async () => {
      await configure({ intermediateEpoch: 2 });
      const { replace, update, ...others } = await previewedSteps(suite.stack);
      const replaced = [
        "CertRequest #-ca-request",
        "LocallySignedCert #-ca-certificate",
        "PrivateKey #-ca-key",
      ];
      expect(replace).toEqual(
        replaced.flatMap((name) => CLUSTERS.map((cluster) => name.replace("#", cluster))),
      );
      expect(update).toEqual(CLUSTERS.map((cluster) => `Secret ${cluster}-cacerts`));
      expect(Object.keys(others).sort()).toEqual(["create-replacement", "delete-replaced"]);
    });

    test("killed between two clusters, up goes on", async () => {
      await upAfterKill(BETWEEN_CLUSTERS);
      await suite.stack.up();
      expect(await previewedSteps(suite.stack)).toEqual({});
      for (const [index, cluster] of CLUSTERS.entries()) {
        expect(signingCa(suite, cluster)).not.toBe(before[index]);
      }
    });

    test("every live proxy gets a certificate of the new one, without a restart", async () => {
      await suite.expectWorkingMesh();
      expect(podStarts(suite)).toEqual(pods);
    });

    test("no request fails", () => load.expectNoFailure());
  });

  describe("of the root", () => {
    // The new root is of another kind than the old one, which keeps its own.
    const base = { intermediateEpoch: 2, rootAlgorithm: "ECDSA-P256", rootValidityDays: 1825 };
    let load: CrossingLoad;
    let oldRoot: string[];

    beforeAll(async () => {
      oldRoot = rootsByPlace(suite, "cluster1")["cacerts"] ?? [];
      load = await CrossingLoad.start(suite);
    });
    afterAll(() => load.stop());

    test.for(PHASES)("%s", async ([phase, { root, outOfOrder, refusal }]) => {
      await configure({ ...base, root });
      await upAfterKill(BETWEEN_CLUSTERS);
      console.log(`killed in ${phase} with ${phases(suite).join(", ")}`);

      await configure({ ...base, root: outOfOrder });
      await expect(suite.stack.preview()).rejects.toThrow(refusal);

      await configure({ ...base, root });
      await suite.stack.up();
      expect(phases(suite)).toEqual([phase, phase]);
      await suite.expectWorkingMesh();
    });

    test("leaves the old root in no bundle, and no pod was restarted", () => {
      for (const cluster of CLUSTERS) {
        const places = Object.entries(rootsByPlace(suite, cluster));
        expect(places.map(([place]) => place)).toEqual(
          expect.arrayContaining(["cacerts", "istio-system", "sample"]),
        );
        for (const [place, roots] of places) {
          expect(roots, place).toHaveLength(1);
          expect(roots, place).not.toEqual(oldRoot);
        }
      }
      expect(podStarts(suite)).toEqual(pods);
    });

    test("gives the mesh a root as the config describes it", async () => {
      const { rootCertificate } = await suite.stack.outputs();
      const { publicKey, validFromDate, validToDate } = new X509Certificate(String(rootCertificate?.value));
      expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
      expect(validToDate.getTime() - validFromDate.getTime()).toBe(1825 * 24 * 3_600_000);
    });

    test("no request fails", () => load.expectNoFailure());
  });
});
