import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CrossingLoad } from "../lab/support/crossing-load";
import { previewedSteps, Suite } from "../lab/support/suite";
import { verifyMesh } from "../../verify";
import { provideVolume, SPIRE_SERVER_TOOLS } from "./support/spire-lab";
import { proxySvid } from "./support/svid";

const DOMAINS = { foo: "foo.com", bar: "bar.com" };
const CLUSTERS = Object.keys(DOMAINS);

const SPIRE = { provider: "spire", spire: { caTtl: "12m", svidTtl: "2m", refreshHint: "1m" } };
const TRUST = { ...SPIRE, migration: "trust" };
const ISSUE = { ...SPIRE, migration: "issue" };

/** A mesh with certificates of istiod gets SPIRE's, and goes back, while requests cross in both directions. */
describe("from istiod to SPIRE and back", () => {
  const suite = new Suite(
    {
      name: "spire-migr",
      clusters: [
        { name: "foo", network: "network1" },
        { name: "bar", network: "network2", ranges: 1 },
      ],
    },
    SPIRE_SERVER_TOOLS,
  );
  let load: CrossingLoad;

  const configure = (identity: Record<string, unknown>) =>
    suite.configure({
      clusters: suite.clusters(
        Object.fromEntries(Object.entries(DOMAINS).map(([name, trustDomain]) => [name, { trustDomain }])),
      ),
      identity,
    });
  const up = async (identity: Record<string, unknown>) => {
    await configure(identity);
    await suite.stack.up();
  };
  /** An update under load. */
  const upUnderLoad = async (identity: Record<string, unknown>) => {
    load = await CrossingLoad.start(suite);
    await up(identity);
  };
  const expectRefused = async (identity: Record<string, unknown>, reason: RegExp) => {
    await configure(identity);
    await expect(suite.stack.preview()).rejects.toThrow(reason);
  };
  const podsOf = (cluster: string, app: string) =>
    suite
      .kubectl(cluster, "get", "pods", "-n", "sample", "-l", `app=${app}`, "-o", "name")
      .split("\n")
      .filter(Boolean);
  const restart = (cluster: string, app: string) => {
    const before = podsOf(cluster, app);
    const deployments = suite
      .kubectl(cluster, "get", "deployments", "-n", "sample", "-o", "name")
      .split("\n")
      .filter((name) => name.includes(`/${app}`));
    suite.kubectl(cluster, "rollout", "restart", "-n", "sample", ...deployments);
    suite.kubectl(cluster, "rollout", "status", "-n", "sample", ...deployments, "--timeout=180s");
    suite.kubectl(cluster, "wait", "-n", "sample", "--for=delete", ...before, "--timeout=120s");
  };
  /**
   * Restarts every workload so that each meets the other cluster's with certificates of both kinds. What the requests come
   * from is restarted between two loads.
   */
  const restartAll = async () => {
    restart("foo", "helloworld");
    load.acceptNewPods();
    await load.expectNoFailure();
    restart("foo", "curl");
    load = await CrossingLoad.start(suite);
    expect(await faultsOf("bar")).toMatch(/sample\/curl-\S+ holds a certificate of .*restart its pod/);
    restart("bar", "helloworld");
    load.acceptNewPods();
    await load.expectNoFailure();
    restart("bar", "curl");
  };
  const faultsOf = async (cluster: string) => {
    const { plan, kubeConfigs } = await suite.openMesh();
    const { checks } = await verifyMesh(plan, kubeConfigs, { only: ["identity"] });
    return checks.find((row) => row.cluster === cluster)?.detail;
  };
  /** How many roots of the own trust domain each cluster's client knows; none where istiod has told it all. */
  const rootsOfOwn = () =>
    Promise.all(
      Object.entries(DOMAINS).map(async ([cluster, domain]) => {
        const { roots } = await proxySvid(suite, cluster, "sample", "app=curl");
        return roots[domain]?.length ?? 0;
      }),
    );

  beforeAll(async () => {
    await suite.start();
    for (const cluster of CLUSTERS) provideVolume(suite, cluster, "spire-data");
    await up({});
    await suite.expectWorkingMesh();
  });
  afterAll(async () => load.stop());
  afterAll(suite.stop);

  test("a phase cannot be left out", async () => {
    await expectRefused(SPIRE, /set identity to \{ provider: spire, migration: trust \} first/);
  });

  test("SPIRE is there, and everybody trusts both", async () => {
    await upUnderLoad(TRUST);
    await suite.expectWorkingMesh();
    await load.expectNoFailure();
    await expectRefused(ISSUE, /identity.verified must be trust/);
  });

  test("SPIRE issues for what is restarted", async () => {
    await upUnderLoad({ ...ISSUE, verified: "trust" });
    await expectRefused(SPIRE, /sample\/curl-\S+, sample\/helloworld-\S+ still have certificates of istiod/);
    await configure(ISSUE);
    await restartAll();
    await suite.expectWorkingMesh();
    expect(await rootsOfOwn()).toEqual([2, 2]);
  });

  test("SPIRE's roots alone are trusted", async () => {
    await upUnderLoad(SPIRE);
    await suite.expectWorkingMesh();
    await load.expectNoFailure();
    expect(await rootsOfOwn()).toEqual([1, 1]);
    expect(await previewedSteps(suite.stack)).toEqual({});
  });

  test("back: everybody trusts both again", async () => {
    await expectRefused({}, /set identity to \{ provider: spire, migration: issue \} first/);
    await upUnderLoad(ISSUE);
    await suite.expectWorkingMesh();
    await load.expectNoFailure();
    expect(await rootsOfOwn()).toEqual([2, 2]);
    expect(await previewedSteps(suite.stack)).toEqual({});
    await expectRefused(TRUST, /identity.verified must be issue/);
  });

  test("back: istiod issues for what is restarted", async () => {
    await upUnderLoad({ ...TRUST, verified: "issue" });
    await expectRefused({}, /sample\/curl-\S+, sample\/helloworld-\S+ still have certificates of spire/);
    await configure(TRUST);
    await restartAll();
    await suite.expectWorkingMesh();
  });

  test("back: SPIRE is gone, and nothing is left of it", async () => {
    await upUnderLoad({});
    await suite.expectWorkingMesh();
    await load.expectNoFailure();
    expect(await rootsOfOwn()).toEqual([0, 0]);
    for (const cluster of CLUSTERS) {
      expect(suite.kubectl(cluster, "get", "namespaces", "spire", "--ignore-not-found")).toBe("");
    }
    expect(await previewedSteps(suite.stack)).toEqual({});
  });
});
