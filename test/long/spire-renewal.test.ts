import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { CrossingLoad } from "../lab/support/crossing-load";
import { makeCa } from "../lab/support/issued-chain";
import { previewedSteps, Suite } from "../lab/support/suite";
import { prepareSpire, replaceRoot, SPIRE_TOOLS, type TrustDomains } from "./support/spire-lab";
import { activeAuthority } from "./support/spire-server";
import { expectIssuedUnder, expectTrusted } from "./support/svid";

const ISSUER = "root";

/** The life of a CA of SPIRE's, and of one more of which the half is over: nothing takes longer. */
const RENEWAL = { timeout: 9 * 60_000, interval: 5000 };

/** Of each client, so that from the preparation of a CA to the last certificate under it there are so many connections. */
const PER_SECOND = 10;
const CONNECTIONS = 2000;

/** SPIRE's servers renew their CAs by themselves, under whatever their issuer signs with by then: nobody hurries them. */
describe("SPIRE whose CAs live for minutes", () => {
  const suite = new Suite(
    {
      name: "spire-renewal",
      clusters: [
        { name: "foo", network: "network1" },
        { name: "bar", network: "network2", ranges: 1 },
      ],
    },
    SPIRE_TOOLS,
  );
  const domains: TrustDomains = {
    foo: { trustDomain: "foo.com", root: makeCa("Root of foo.com") },
    bar: { trustDomain: "bar.com", root: makeCa("Root of bar.com") },
  };
  const old = domains["foo"]!.root.certificate;
  const root = makeCa("New root of foo.com");

  beforeAll(async () => {
    await suite.start();
    prepareSpire(suite, ISSUER, domains);
    await suite.configure({
      clusters: suite.clusters({ foo: { trustDomain: "foo.com" }, bar: { trustDomain: "bar.com" } }),
      identity: {
        provider: "spire",
        spire: { upstream: { issuer: ISSUER }, caTtl: "6m", svidTtl: "1m", refreshHint: "1m" },
      },
    });
    await suite.stack.up();
    await suite.expectWorkingMesh();
  });
  afterAll(suite.stop);

  test("another root of the issuer is taken up without a word, and of 2000 new connections none fails", async () => {
    const load = await CrossingLoad.start(suite, { perSecond: PER_SECOND });
    const before = activeAuthority(suite, "foo");
    replaceRoot(suite, "foo", ISSUER, root);
    const begun = Date.now();
    const told = (what: string) => console.log(`${what} after ${Math.round((Date.now() - begun) / 1000)} s`);
    await vi.waitFor(() => expectTrusted(suite, ["foo", "bar"], "foo.com", [old, root.certificate]), RENEWAL);
    told("both roots are trusted in both clusters");
    // Nobody signs under it until then.
    expect(activeAuthority(suite, "foo")).toEqual(before);
    await vi.waitFor(() => expectIssuedUnder(suite, "foo", root.certificate), RENEWAL);
    told("certificates are under the new one");
    await load.untilMade(CONNECTIONS);
    expect(await load.expectNoFailure()).toBeGreaterThanOrEqual(CONNECTIONS);
  });

  test("the root before is told until it ends itself, so that nothing changes but what up tells bar's server", async () => {
    await suite.stack.up();
    expect(await previewedSteps(suite.stack)).toEqual({});
    await expectTrusted(suite, ["foo", "bar"], "foo.com", [old, root.certificate]);
    await suite.expectWorkingMesh();
  });
});
