import { afterAll, beforeAll, describe, test } from "vitest";
import { expectAsBefore, takeInventory } from "../lab/scenarios/destroy";
import { makeCa } from "../lab/support/issued-chain";
import { Suite } from "../lab/support/suite";
import { endpointScenario } from "./scenarios/endpoint-cut";
import { BOOKINFO, entranceScenario, INGRESS } from "./scenarios/entrances";
import { istiodCaScenario } from "./scenarios/istiod-ca";
import { lostNodeScenario, repairedNodeScenario } from "./scenarios/node-lost";
import { principalScenario } from "./scenarios/principals";
import { rootScenario } from "./scenarios/root-replaced";
import { restartScenario } from "./scenarios/spire-restarts";
import { secrecyScenario } from "./scenarios/spire-secrecy";
import { svidScenario } from "./scenarios/svids";
import { prepareSpire, reserveLastNode, SPIRE_TOOLS, type TrustDomains } from "./support/spire-lab";

/** Name of the issuer in each cluster. */
const ISSUER = "root";

/** Every identity from SPIRE, in two trust domains with a root each, of which cert-manager has the keys. */
describe("SPIRE in two trust domains", () => {
  const suite = new Suite(
    {
      name: "spire",
      clusters: [
        { name: "foo", network: "network1", nodes: 2 },
        { name: "bar", network: "network2", ranges: 1 },
      ],
    },
    SPIRE_TOOLS,
  );
  const domains: TrustDomains = {
    foo: { trustDomain: "foo.com", root: makeCa("Root of foo.com") },
    bar: { trustDomain: "bar.com", root: makeCa("Root of bar.com") },
  };
  let before: Record<string, string[]>;

  /** @param days - lifetime of the CA of each istiod, which is for its own certificate only */
  const configure = (days: number) =>
    suite.configure({
      clusters: suite.clusters({
        foo: { trustDomain: domains["foo"]?.trustDomain },
        bar: { trustDomain: domains["bar"]?.trustDomain, ingress: INGRESS },
      }),
      // The shortest that lets every trust domain hear of new roots in time.
      identity: {
        provider: "spire",
        spire: { upstream: { issuer: ISSUER }, caTtl: "12m", svidTtl: "2m", refreshHint: "1m" },
      },
      ca: { intermediateValidityDays: days },
      // With it clients find helloworld where their own cluster has no Service of it.
      dnsCapture: true,
      sampleApps: { bookinfo: BOOKINFO },
    });

  beforeAll(async () => {
    await suite.start();
    prepareSpire(suite, ISSUER, domains);
    reserveLastNode(suite, "foo");
    before = takeInventory(suite);
    await configure(60);
    await suite.stack.up();
  });
  afterAll(suite.stop);

  describe("identities", () => svidScenario(suite, domains));
  describe("ways in", () => entranceScenario(suite));
  describe("principals", () => principalScenario(suite));
  describe("istiod's own certificate", () => istiodCaScenario(suite, configure));
  describe("restarts", () => restartScenario(suite));
  describe("a lost node", () => lostNodeScenario(suite));
  // While agents still wait until they ask the server of that node again: it looks at files and API servers only.
  describe("secrecy", () => secrecyScenario(suite, domains));
  describe("a repaired node", () => repairedNodeScenario(suite));
  describe("another root", () => rootScenario(suite, ISSUER, domains["foo"]!.root.certificate));
  describe("a bundle endpoint that is cut off", () => endpointScenario(suite, ISSUER));

  test("destroy leaves the clusters as they were", async () => {
    await suite.stack.destroy();
    expectAsBefore(suite, before);
  });
});
