import { afterAll, beforeAll, describe } from "vitest";
import { defaultSpec } from "../../lab";
import { exportedServicesScenario, SERVICES } from "./scenarios/exported-services";
import { FAILOVER, failoverScenario } from "./scenarios/failover";
import { Suite } from "./support/suite";

/** Which endpoints of which services clients of two networks use. */
describe("two clusters on two networks, with failover and exported services", () => {
  const suite = new Suite(defaultSpec("locality", 2));

  beforeAll(async () => {
    await suite.start();
    await suite.configure({ ...SERVICES, sampleApps: { failover: FAILOVER } });
    await suite.stack.up();
  });
  afterAll(suite.stop);

  describe("failover", () => failoverScenario(suite));
  describe("services", () => exportedServicesScenario(suite));
});
