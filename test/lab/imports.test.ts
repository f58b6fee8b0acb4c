import { afterAll, beforeAll, describe } from "vitest";
import { importScenario } from "./scenarios/imports";
import { migrationScenario } from "./scenarios/migration";
import { importsOnly } from "./support/imports";
import { Suite } from "./support/suite";

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
    await suite.configure(importsOnly());
    await suite.stack.up();
  });
  afterAll(suite.stop);

  describe("with imports alone", () => importScenario(suite));
  describe("from imports to discovery and back", () => migrationScenario(suite));
});
