import { afterAll, beforeAll, describe } from "vitest";
import { defaultSpec } from "../../lab";
import { Suite } from "../lab/support/suite";
import { observerSecretScenario } from "./scenarios/observer-secret";

/** Three clusters read each other by a Secret for each pair, then by one for each observer, and then as before. */
describe("one Secret per observer", () => {
  const suite = new Suite(defaultSpec("observer", 3));

  beforeAll(async () => {
    await suite.start();
    await suite.stack.up();
    await suite.expectWorkingMesh();
  });
  afterAll(suite.stop);

  observerSecretScenario(suite);
});
