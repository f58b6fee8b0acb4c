import { expect, test, vi } from "vitest";
import { BUNDLE_ENDPOINT, BUNDLE_ENDPOINT_PORT } from "../../../components/names";
import { renderReport, verifyMesh, type VerifyOptions } from "../../../verify";
import { CrossingLoad } from "../../lab/support/crossing-load";
import { makeCa } from "../../lab/support/issued-chain";
import type { Suite } from "../../lab/support/suite";
import { replaceRoot } from "../support/spire-lab";
import { replaceAuthority, restartServer, serverLog } from "../support/spire-server";
import { expectIssuedUnder } from "../support/svid";

const SPREADING = { timeout: 180_000, interval: 2000 };

/** A port of the server's pod at which nobody listens. */
const CLOSED_PORT = 1;

/** Nobody is told foo's roots for a while, in which they change or do not. */
export function endpointScenario(suite: Suite, issuer: string): void {
  const leadTo = (value: number) =>
    suite.kubectl(
      ...(["foo", "patch", "service", "-n", "spire", BUNDLE_ENDPOINT, "--type=json"] as const),
      ...["-p", JSON.stringify([{ op: "replace", path: "/spec/ports/0/targetPort", value }])],
    );

  /** Waits until bar's server, which asks foo for its roots four times in a refreshHint, has failed at it since then. */
  const askedInVain = (since: Date, reason: RegExp, times = 1) =>
    vi.waitFor(() => {
      const errors = serverLog(suite, "bar", since).match(/.*Error updating bundle.*/g) ?? [];
      expect(errors.filter((line) => reason.test(line)).length).toBeGreaterThanOrEqual(times);
    }, SPREADING);

  const verify = async (options: VerifyOptions) => {
    const { plan, kubeConfigs } = await suite.openMesh();
    return verifyMesh(plan, kubeConfigs, options);
  };

  test("without foo's bundle endpoint no request fails, as long as its root stays", async () => {
    const load = await CrossingLoad.start(suite);
    const since = new Date();
    leadTo(CLOSED_PORT);
    await askedInVain(since, /./, 2);
    await load.expectNoFailure();
    const { ok } = await verify({ requests: 10 });
    expect(ok).toBe(true);
  });

  test("a root that foo gets meanwhile bar misses for good: verify tells it, and the next up mends it", async () => {
    const root = makeCa("Root of foo.com that bar misses");
    replaceRoot(suite, "foo", issuer, root);
    replaceAuthority(suite, "foo");
    await vi.waitFor(() => expectIssuedUnder(suite, "foo", root.certificate), SPREADING);
    restartServer(suite, "foo");
    const since = new Date();
    leadTo(BUNDLE_ENDPOINT_PORT);
    await askedInVain(since, /certificate signed by unknown authority/);

    // Until foo's own proxies have all followed, so that what fails is what bar has missed.
    expect((await verify({ only: ["identity"], waitSeconds: 90 })).ok).toBe(true);
    const report = await verify({ requests: 10 });
    const failed = report.checks.filter(({ status }) => status === "failed");
    console.log(renderReport(report));
    expect(failed[0]).toMatchObject({ check: "federation", cluster: "bar", peer: "foo" });
    expect(failed[0]?.detail).toMatch(/if it has missed them, run pulumi up$/);
    expect(new Set(failed.slice(1).map(({ check }) => check))).toEqual(new Set(["request"]));

    await suite.stack.up();
    await suite.expectWorkingMesh();
  });
}
