import { expect, test } from "vitest";
import { CrossingLoad } from "../support/crossing-load";
import { IMPORT_LINKS, importsOnly } from "../support/imports";
import { proxyEndpoints } from "../support/istio";
import { runningPod } from "../support/pods";
import { readerToken, statusWith } from "../support/reader-token";
import type { Suite } from "../support/suite";

const PAIR = { observer: "cluster1", observed: "cluster2" };
const OTHERS = IMPORT_LINKS.filter(
  ({ observer, observed }) => observer !== PAIR.observer || observed !== PAIR.observed,
);
const DISCOVERY = { ...PAIR };
const IMPORT = { ...PAIR, kind: "import" };
const MIGRATING = { ...IMPORT, migrating: true };

/** One pair goes from import to discovery and back, each time with both for a while, and no request fails. */
export function migrationScenario(suite: Suite): void {
  let load: CrossingLoad;
  const upWith = async (...links: object[]) => {
    await suite.configure(importsOnly([...OTHERS, ...links]));
    await suite.stack.up();
  };

  test("both ways at once, then discovery alone: what cluster3 has on the same network is imported still", async () => {
    load = await CrossingLoad.start(suite);
    await upWith(DISCOVERY, MIGRATING);
    await suite.expectWorkingMesh();
    await upWith(DISCOVERY);
    await suite.expectWorkingMesh();
    const gateways = (await suite.stack.outputs())["gatewayAddresses"]?.value as Record<string, string>;
    const { ip } = runningPod(suite, "cluster1", "sample", "app=helloworld");
    expect(await proxyEndpoints(suite, "cluster1")).toEqual(
      [`${ip}:5000`, `${gateways["cluster2"]}:15443`, `${gateways["cluster3"]}:15443`].sort(),
    );
  });

  test("and back: the credential is gone, its token is refused, and no request has failed", async () => {
    const token = readerToken(suite, "cluster2");
    await upWith(DISCOVERY, MIGRATING);
    await suite.expectWorkingMesh();
    await upWith(IMPORT);
    const secrets = ["get", "secrets", "-A", "-l", "istio/multiCluster", "-o", "name"];
    expect(suite.kubectl("cluster1", ...secrets)).toBe("");
    await expect.poll(() => statusWith(suite, "cluster2", token), { timeout: 20_000 }).toBe("401");
    await suite.expectWorkingMesh();
    await load.expectNoFailure();
  });
}
