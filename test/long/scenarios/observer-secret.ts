import { afterAll, expect, test } from "vitest";
import { knownClusters, SyncWatch } from "../../lab/support/clusterz";
import { CrossingLoad } from "../../lab/support/crossing-load";
import { readerToken, statusWith, tokenInUse } from "../../lab/support/reader-token";
import { nameOf, previewedSteps, type Steps, stepRecorder, type Suite } from "../../lab/support/suite";

const ONE = "istio-system/istio-remote-secrets";

/** The Secrets of links become one per observer and links again, with a rotation between, and no request fails. */
export function observerSecretScenario(suite: Suite): void {
  const names = () => suite.lab.clusters.map(({ name }) => name);
  const others = (observer: string) => names().filter((name) => name !== observer);
  let load: CrossingLoad;
  let watch: SyncWatch;
  let istiods: string[];
  afterAll(async () => {
    await watch.end();
    await load.stop();
  });

  const up = async (changes: Record<string, unknown>): Promise<Steps> => {
    const { steps, onEvent } = stepRecorder();
    await suite.configure(changes);
    await suite.stack.up({ onEvent });
    return Object.fromEntries(Object.entries(steps).map(([op, urns]) => [op, urns.map(nameOf).sort()]));
  };
  const pods = () => names().flatMap((name) => Object.keys(knownClusters(suite, name)));
  const sources = () =>
    new Set(
      names().flatMap((name) =>
        Object.values(knownClusters(suite, name)).flatMap((known) =>
          known.map(({ id, secret }) => (secret.endsWith(`-${id}`) ? "link" : secret)),
        ),
      ),
    );
  const secretsOf = (observer: string) =>
    suite
      .kubectl(
        observer,
        "get",
        "secrets",
        "-n",
        "istio-system",
        "-l",
        "istio/multiCluster=true",
        "-o",
        "name",
      )
      .split("\n")
      .filter(Boolean);
  const links = () => names().flatMap((from) => others(from).map((to) => `${from}.observes.${to}`));
  const withSecrets = (components: string[]) => components.flatMap((name) => [name, `${name}-secret`]).sort();

  test("a change in one step is refused at preview", async () => {
    load = await CrossingLoad.start(suite);
    watch = new SyncWatch(suite);
    istiods = pods();
    await suite.configure({ remoteSecrets: { per: "observer" } });
    await expect(suite.stack.preview()).rejects.toThrow(
      /istiod of cluster\d may have cluster\d from Secret istio-remote-secret-cluster\d.*would drop it/s,
    );
  });

  test("the first update makes the new Secrets and empties the others, and istiods stay as they are", async () => {
    const steps = await up({ remoteSecrets: { per: "observer", migrating: true } });
    expect(steps).toEqual({
      create: withSecrets(names().map((name) => `${name}.observes`)),
      update: links()
        .map((name) => `${name}-secret`)
        .sort(),
    });
    expect(pods()).toEqual(istiods);
    expect(sources()).toEqual(new Set(["link"]));
    await suite.expectWorkingMesh();
  });

  test("the second one restarts istiods, which have all from the new Secrets, and takes the others away", async () => {
    const { delete: deleted, update, ...rest } = await up({ remoteSecrets: { per: "observer" } });
    expect(rest).toEqual({});
    expect(deleted).toEqual(withSecrets(links()));
    expect(update?.every((name) => name.includes("-istiod"))).toBe(true);
    expect(pods().filter((pod) => istiods.includes(pod))).toEqual([]);
    expect(sources()).toEqual(new Set([ONE]));
    for (const name of names()) expect(secretsOf(name)).toEqual(["secret/istio-remote-secrets"]);
    expect(await previewedSteps(suite.stack)).toEqual({});
    await suite.expectWorkingMesh();
  });

  test("a rotation changes one Secret per observer before the tokens of before go", async () => {
    const old = Object.fromEntries(names().map((name) => [name, readerToken(suite, name)]));
    const { update } = await up({ remoteSecrets: { per: "observer" }, readerTokenEpoch: 7 });
    expect(update).toEqual(names().map((name) => `${name}.observes-secret`));
    for (const observed of names()) {
      const token = readerToken(suite, observed);
      for (const observer of others(observed)) expect(tokenInUse(suite, observer, observed)).toBe(token);
      await expect
        .poll(() => statusWith(suite, observed, old[observed] ?? ""), { timeout: 20_000 })
        .toBe("401");
    }
    await suite.expectWorkingMesh();
  });

  test("and back, in two updates again", async () => {
    const epoch = { readerTokenEpoch: 7 };
    const first = await up({ ...epoch, remoteSecrets: { per: "link", migrating: true } });
    expect(first).toEqual({
      create: withSecrets(links()),
      update: names().map((name) => `${name}.observes-secret`),
    });
    expect(sources()).toEqual(new Set([ONE]));
    await suite.expectWorkingMesh();
    const { delete: deleted } = await up(epoch);
    expect(deleted).toEqual(withSecrets(names().map((name) => `${name}.observes`)));
    expect(sources()).toEqual(new Set(["link"]));
    expect(await previewedSteps(suite.stack)).toEqual({});
    await suite.expectWorkingMesh();
  });

  test("at no time was a ready istiod without one of its clusters, and no request has failed", async () => {
    const { looks, missing } = await watch.end();
    console.log(`${looks} looks at istiods`);
    expect(missing).toEqual([]);
    expect(looks).toBeGreaterThan(50);
    await load.expectNoFailure();
  });
}
