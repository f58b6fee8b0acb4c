import { afterAll, beforeAll, describe } from "vitest";
import { defaultSpec } from "../../lab";
import { leastPrivilegeScenario } from "./scenarios/least-privilege";
import { leavingScenario } from "./scenarios/leaving";
import { rotationScenario } from "./scenarios/rotation";
import { Suite } from "./support/suite";

/** The credentials by which clusters read each other: what they allow, how they are changed, and how they end. */
describe("readers of three clusters", () => {
  const suite = new Suite({ ...defaultSpec("reader", 3), audit: true });

  beforeAll(async () => {
    await suite.start();
    await suite.stack.up();
    await suite.expectWorkingMesh();
  });
  afterAll(suite.stop);

  describe("least privilege", () => leastPrivilegeScenario(suite));
  describe("rotation", () => rotationScenario(suite));
  describe("leaving", () => leavingScenario(suite));
});
