import { expect, test, vi } from "vitest";
import { CrossingLoad } from "../../lab/support/crossing-load";
import { makeCa } from "../../lab/support/issued-chain";
import { nameOf, previewedSteps, stepRecorder, type Suite } from "../../lab/support/suite";
import { replaceRoot } from "../support/spire-lab";
import {
  activateAuthority,
  activeAuthority,
  forgetRoot,
  prepareAuthority,
  restartServer,
} from "../support/spire-server";
import { expectIssuedUnder, expectTrusted } from "../support/svid";

const SPREADING = { timeout: 180_000, interval: 2000 };

/** Of each client, so that the least time in which a root can be replaced is enough for so many connections. */
const PER_SECOND = 25;
const CONNECTIONS = 2000;

/** foo.com gets another root from its issuer, by the steps that its SPIRE server else takes in its own time. */
export function rootScenario(suite: Suite, issuer: string, old: string): void {
  const root = makeCa("New root of foo.com");
  const trusted = (...pems: string[]) =>
    vi.waitFor(() => expectTrusted(suite, ["foo", "bar"], "foo.com", pems), SPREADING);

  test("the root of one trust domain is replaced, and of 2000 new connections none fails", async () => {
    const load = await CrossingLoad.start(suite, { perSecond: PER_SECOND });
    const before = activeAuthority(suite, "foo");
    replaceRoot(suite, "foo", issuer, root);
    const prepared = prepareAuthority(suite, "foo");
    await trusted(old, root.certificate);
    activateAuthority(suite, "foo", prepared);
    await vi.waitFor(() => expectIssuedUnder(suite, "foo", root.certificate), SPREADING);
    forgetRoot(suite, "foo", before);
    await trusted(root.certificate);
    restartServer(suite, "foo");
    await load.untilMade(CONNECTIONS);
    expect(await load.expectNoFailure()).toBeGreaterThanOrEqual(CONNECTIONS);
  });

  test("up tells bar's server the new root, for the case that it had missed it, and nothing else changes", async () => {
    const { steps, onEvent } = stepRecorder();
    await suite.stack.up({ onEvent });
    const changed = Object.entries(steps).map(([step, urns]) => [step, urns.map(nameOf)]);
    expect(Object.fromEntries(changed)).toEqual({ update: ["bar.federates.foo.com:foo.com"] });
    expect(await previewedSteps(suite.stack)).toEqual({});
    await suite.expectWorkingMesh();
  });
}
