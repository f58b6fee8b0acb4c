import type { Stack } from "@pulumi/pulumi/automation";
import { expect, test } from "vitest";
import { previewSteps } from "../../../../ops/take-over/preview";
import { TAKING_OVER } from "../../../../stacks/mesh/prior/guard";

test("a preview of a takeover is told that it is one, and the next one of the same stack is not", async () => {
  const envVars: Record<string, string> = { OWN: "1" };
  let during: unknown;
  const stack = {
    workspace: { envVars },
    preview: () => {
      during = { ...envVars };
      return Promise.reject(new Error("ended"));
    },
  } as unknown as Stack;
  await expect(previewSteps(stack)).rejects.toThrow("ended");
  expect(during).toEqual({ OWN: "1", [TAKING_OVER]: "true" });
  expect(envVars).toEqual({ OWN: "1" });
});
