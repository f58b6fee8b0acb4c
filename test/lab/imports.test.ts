import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAsBefore, takeInventory } from "./scenarios/destroy";
import { importScenario } from "./scenarios/imports";
import { makeServices } from "./support/crossing-load";
import { importsOnly, IMPORTERS } from "./support/imports";
import { previewedSteps, Suite } from "./support/suite";

/** Services of other clusters without a credential for any of them. */
describe("three clusters that import services from each other", () => {
  const suite = new Suite({ name: "imports", clusters: IMPORTERS, audit: true });
  let before: Record<string, string[]>;

  beforeAll(async () => {
    await suite.start();
    before = takeInventory(suite);
    await suite.configure(importsOnly());
    await suite.stack.up();
    makeServices(suite);
  });
  afterAll(suite.stop);

  describe("and have nothing else of each other", () => importScenario(suite));

  test("a second preview is empty", async () => {
    expect(await previewedSteps(suite.stack)).toEqual({});
  });

  test("destroy leaves the clusters as they were", async () => {
    await suite.stack.destroy();
    expectAsBefore(suite, before);
  });
});
