import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importFaultScenario, missingExportScenario } from "./scenarios/import-faults";
import { importScenario } from "./scenarios/imports";
import { DISCOVERED, toDiscoveryScenario, toImportScenario } from "./scenarios/migration";
import { previewedSteps, Suite } from "./support/suite";

/** Services of other clusters without a credential for any of them. cluster2 and cluster3 are on one network. */
describe("three clusters that import services from each other", () => {
  const suite = new Suite({
    name: "imports",
    clusters: [
      { name: "cluster1", network: "network1" },
      { name: "cluster2", network: "network2" },
      { name: "cluster3", network: "network2" },
    ],
    audit: true,
  });

  beforeAll(async () => {
    await suite.start();
    await suite.configure(DISCOVERED);
    await suite.stack.up();
  });
  afterAll(suite.stop);

  describe("before their services are there", () => missingExportScenario(suite));
  describe("of which one pair goes from discovery to imports", () => toImportScenario(suite));
  describe("with imports alone", () => importScenario(suite));
  describe("with faults", () => importFaultScenario(suite));
  describe("of which one pair goes back to discovery", () => toDiscoveryScenario(suite));

  test("a second preview is empty", async () => {
    expect(await previewedSteps(suite.stack)).toEqual({});
  });
});
