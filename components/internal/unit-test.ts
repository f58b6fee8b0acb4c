import * as pulumi from "@pulumi/pulumi";

/**
 * Whether the program runs in a unit test of its own, against `pulumi.runtime.setMocks`: there is no cluster then. Its
 * monitor, unlike the engine's, cannot register hooks.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.256.0/sdk/nodejs/runtime/mocks.ts
 * @throws pulumi.RunError where the test is not one of a preview, in which what mocks do not answer would be undefined
 */
export function isUnitTest(): boolean {
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined || "registerResourceHook" in monitor) return false;
  if (!pulumi.runtime.isDryRun()) {
    throw new pulumi.RunError(
      "the mocks of this test stand for an update, which nobody can make up: they would have to answer with certificates, " +
        "addresses and the objects of charts; let them stand for a preview, by true as the fourth argument of " +
        "pulumi.runtime.setMocks, docs/unit-tests.md",
    );
  }
  return true;
}
