import { expect, test } from "vitest";
import { CrossingLoad } from "../../lab/support/crossing-load";
import { expectNoRelay, IMPORT_LINKS, importsOnly } from "../../lab/support/imports";
import { proxyEndpoints } from "../../lab/support/istio";
import { runningPod } from "../../lab/support/pods";
import { readerToken, statusWith } from "../../lab/support/reader-token";
import type { Suite } from "../../lab/support/suite";

/** The pair that goes from one way to the other, and the cluster beside the observed one, which is imported all the time. */
export const PAIR = { observer: "cluster1", observed: "cluster2" };
const SIBLING = "cluster3";

const OTHERS = IMPORT_LINKS.filter(
  ({ observer, observed }) => observer !== PAIR.observer || observed !== PAIR.observed,
);
const DISCOVERY = { ...PAIR };
const IMPORT = { ...PAIR, kind: "import" };
const MIGRATING = { ...IMPORT, migrating: true };

/** The mesh in which the pair has one way, the other or both. */
const meshWith = (...links: object[]) => importsOnly([...OTHERS, ...links]);

/** Where it begins: by discovery. */
export const DISCOVERED = meshWith(DISCOVERY);

/** Each time with both ways for a while. */
export function toImportScenario(suite: Suite): void {
  let load: CrossingLoad;

  test("a cluster is discovered, and another one of its network imported: endpoints exactly as planned", async () => {
    await suite.expectWorkingMesh();
    await expectGateways(suite);
    expect((await suite.stack.outputs())["credentials"]?.value).toBe(1);
  });

  test("both ways at once: no gateway relays", async () => {
    load = await CrossingLoad.start(suite);
    await up(suite, DISCOVERY, MIGRATING);
    await suite.expectWorkingMesh();
    await expectNoRelay(suite);
  });

  test("then the import alone: the credential is gone, its token refused, and no request has failed", async () => {
    const token = readerToken(suite, PAIR.observed);
    await up(suite, IMPORT);
    const secrets = ["get", "secrets", "-A", "-l", "istio/multiCluster", "-o", "name"];
    expect(suite.kubectl(PAIR.observer, ...secrets)).toBe("");
    await expect.poll(() => statusWith(suite, PAIR.observed, token), { timeout: 20_000 }).toBe("401");
    await suite.expectWorkingMesh();
    await expectNoRelay(suite);
    await load.expectNoFailure();
  });
}

/** The same the other way round. */
export function toDiscoveryScenario(suite: Suite): void {
  test("both ways at once, then discovery alone: endpoints as before, and no request has failed", async () => {
    const load = await CrossingLoad.start(suite);
    await up(suite, DISCOVERY, MIGRATING);
    await suite.expectWorkingMesh();
    await up(suite, DISCOVERY);
    await suite.expectWorkingMesh();
    await expectGateways(suite);
    await load.expectNoFailure();
  });
}

async function up(suite: Suite, ...links: object[]): Promise<void> {
  await suite.configure(meshWith(...links));
  await suite.stack.up();
}

/** Expects that the observer's client knows its own pod, and the gateway of each of the other two. */
async function expectGateways(suite: Suite): Promise<void> {
  const gateways = (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
  const { ip } = runningPod(suite, PAIR.observer, "sample", "app=helloworld");
  const expected = [`${ip}:5000`, `${gateways[PAIR.observed]}:15443`, `${gateways[SIBLING]}:15443`];
  expect(await proxyEndpoints(suite, PAIR.observer)).toEqual(expected.sort());
}
