import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { BUNDLE_ENDPOINT, SPIRE_SERVER } from "../../../components/names";
import { renderReport, verifyMesh } from "../../../verify";
import { CrossingLoad } from "../../lab/support/crossing-load";
import { makeCa, verifyChain } from "../../lab/support/issued-chain";
import type { Suite } from "../../lab/support/suite";
import { replaceRoot } from "../support/spire-lab";
import { replaceAuthority, restartServer } from "../support/spire-server";
import { proxySvid } from "../support/svid";

const SPREADING = { timeout: 180_000, interval: 2000 };

/** bar asks foo for its roots four times in a refreshHint, which is a minute here. */
const TWO_POLLS_MS = 32_000;

/** Nobody is told foo's roots for a while, in which they change or do not. */
export function endpointScenario(suite: Suite, issuer: string): void {
  const lead = (app: string) =>
    suite.kubectl(
      ...(["foo", "patch", "service", "-n", "spire", BUNDLE_ENDPOINT] as const),
      ...["--type=merge", "-p", JSON.stringify({ spec: { selector: { app } } })],
    );

  const verify = async () => {
    const { plan, kubeConfigs } = await suite.openMesh();
    return verifyMesh(plan, kubeConfigs, { requests: 10 });
  };

  test("without foo's bundle endpoint no request fails, as long as its root stays", async () => {
    const load = await CrossingLoad.start(suite);
    lead("nobody");
    await sleep(TWO_POLLS_MS);
    await load.expectNoFailure();
    const { ok } = await verify();
    expect(ok).toBe(true);
  });

  test("a root that foo gets meanwhile bar misses for good: verify tells it, and the next up mends it", async () => {
    const root = makeCa("Root of foo.com that bar misses");
    replaceRoot(suite, "foo", issuer, root);
    replaceAuthority(suite, "foo");
    await vi.waitFor(async () => {
      for (const selector of ["app=curl", "app=helloworld"])
        verifyChain([...(await proxySvid(suite, "foo", "sample", selector)).chain], root.certificate);
    }, SPREADING);
    restartServer(suite, "foo");
    lead(SPIRE_SERVER);
    await sleep(TWO_POLLS_MS);

    const report = await verify();
    const failed = report.checks.filter(({ status }) => status === "failed");
    console.log(renderReport(report));
    expect(failed[0]).toMatchObject({ check: "federation", cluster: "bar", peer: "foo" });
    expect(failed[0]?.detail).toMatch(/if it has missed them, run pulumi up$/);
    expect(new Set(failed.slice(1).map(({ check }) => check))).toEqual(new Set(["request"]));

    await suite.stack.up();
    await suite.expectWorkingMesh();
  });
}
