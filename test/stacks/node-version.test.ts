import { describe, expect, test } from "vitest";
import { checkNodeVersion } from "../../stacks/node-version";

describe("the version of Node.js", () => {
  test.each(["22.19.0", "24.11.1"])("may be %s", (version) => {
    expect(() => checkNodeVersion(version)).not.toThrow();
  });

  test.each(["20.20.2", "22.18.0"])("may not be %s, which is told with the mend", (version) => {
    expect(() => checkNodeVersion(version)).toThrow(
      `this program needs Node.js >=22.19, and Pulumi runs it with ${version}, the first node on PATH: install a newer one, or put it first on PATH`,
    );
  });
});
