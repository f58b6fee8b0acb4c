import { afterAll, beforeAll, describe, test } from "vitest";
import { expectAsBefore, takeInventory } from "../lab/scenarios/destroy";
import { makeRoot } from "../lab/support/issued-chain";
import { Suite } from "../lab/support/suite";
import { istiodCaScenario } from "./scenarios/istiod-ca";
import { principalScenario } from "./scenarios/principals";
import { rootScenario } from "./scenarios/root-replaced";
import { restartScenario } from "./scenarios/spire-restarts";
import { svidScenario } from "./scenarios/svids";
import { prepareSpire, SPIRE_TOOLS, type TrustDomains } from "./support/spire-lab";

/** Name of the issuer in each cluster. */
const ISSUER = "root";

/** Every identity from SPIRE, in two trust domains with a root each, of which cert-manager has the keys. */
describe("SPIRE in two trust domains", () => {
  const suite = new Suite(
    {
      name: "spire",
      clusters: [
        { name: "foo", network: "network1" },
        { name: "bar", network: "network2", ranges: 1 },
      ],
    },
    SPIRE_TOOLS,
  );
  const domains: TrustDomains = {
    foo: { trustDomain: "foo.com", root: makeRoot("Root of foo.com") },
    bar: { trustDomain: "bar.com", root: makeRoot("Root of bar.com") },
  };
  let before: Record<string, string[]>;

  /** @param days - lifetime of the CA of each istiod, which is for its own certificate only */
  const configure = (days: number) =>
    suite.configure({
      clusters: suite.clusters(
        Object.fromEntries(Object.entries(domains).map(([name, { trustDomain }]) => [name, { trustDomain }])),
      ),
      // The shortest that lets every trust domain hear of new roots in time.
      identity: {
        provider: "spire",
        spire: { upstream: { issuer: ISSUER }, caTtl: "12m", svidTtl: "2m", refreshHint: "1m" },
      },
      ca: { intermediateValidityDays: days },
      // With it clients find helloworld where their own cluster has no Service of it.
      dnsCapture: true,
    });

  beforeAll(async () => {
    await suite.start();
    for (const [cluster, { root }] of Object.entries(domains)) prepareSpire(suite, cluster, ISSUER, root);
    before = takeInventory(suite);
    await configure(60);
    await suite.stack.up();
  });
  afterAll(suite.stop);

  describe("identities", () => svidScenario(suite, domains));
  describe("principals", () => principalScenario(suite));
  describe("restarts", () => restartScenario(suite));
  describe("another root", () => rootScenario(suite, ISSUER, domains["foo"]!.root.certificate));
  describe("istiod's own certificate", () => istiodCaScenario(suite, configure));

  test("destroy leaves the clusters as they were", async () => {
    await suite.stack.destroy();
    expectAsBefore(suite, before);
  });
});
