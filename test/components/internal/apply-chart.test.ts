import * as pulumi from "@pulumi/pulumi";
import { ApiObject, type Chart } from "cdk8s";
import { describe, expect, test } from "vitest";
import { applyChart, type StandIn } from "../../../components/internal/apply-chart";
import { find, testProvider } from "../../support/components";
import { runProgram } from "../../support/mocks";

/** An object with a list of texts in it. */
const list = (chart: Chart, texts: string[]) =>
  new ApiObject(chart, "list", {
    apiVersion: "v1",
    kind: "List",
    metadata: { name: "list" },
    spec: { items: texts.map((text) => ({ text })), count: texts.length },
  });

const apply = async (texts: (standIn: StandIn) => string[]) => {
  const { registrations } = await runProgram(() =>
    applyChart("x", (chart, standIn) => list(chart, texts(standIn)), { provider: testProvider() }),
  );
  return find(registrations, "x:list");
};

describe("applyChart", () => {
  test("puts values that are known later where their stand-ins are, and leaves the rest as it is", async () => {
    const { inputs } = await apply((standIn) => [
      "plain",
      standIn("known"),
      standIn(pulumi.output("later")),
      standIn(Promise.resolve("promised")),
    ]);
    expect(inputs["spec"]).toEqual({
      items: ["plain", "known", "later", "promised"].map((text) => ({ text })),
      count: 4,
    });
  });

  test("keeps a secret value a secret, and no other", async () => {
    const { secretPaths } = await apply((standIn) => ["plain", standIn(pulumi.secret("hidden"))]);
    expect(secretPaths).toEqual(["spec.items[1].text"]);
  });
});
