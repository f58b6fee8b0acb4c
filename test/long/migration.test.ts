import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IMPORTERS } from "../lab/support/imports";
import { previewedSteps, Suite } from "../lab/support/suite";
import { importFaultScenario, missingExportScenario } from "./scenarios/import-faults";
import { DISCOVERED, toDiscoveryScenario, toImportScenario } from "./scenarios/migration";

/** One pair goes from a credential to imports and back, while the others import from each other all the time. */
describe("from discovery to imports", () => {
  const suite = new Suite({ name: "migration", clusters: IMPORTERS });

  beforeAll(async () => {
    await suite.start();
    await suite.configure(DISCOVERED);
    await suite.stack.up();
  });
  afterAll(suite.stop);

  describe("before the services are there", () => missingExportScenario(suite));
  describe("of one pair", () => toImportScenario(suite));
  describe("with faults", () => importFaultScenario(suite));
  describe("of the same pair, back again", () => toDiscoveryScenario(suite));

  test("a second preview is empty", async () => {
    expect(await previewedSteps(suite.stack)).toEqual({});
  });
});
