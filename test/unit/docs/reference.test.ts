import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sectionsOf } from "../../../scripts/reference/keys";
import { documentedSpec, reference, REFERENCE_PAGE } from "../../../scripts/reference/reference";

describe("docs/reference.md", () => {
  const page = reference();

  it("is what `npm run docs` makes of schema and comments", () => {
    expect(readFileSync(REFERENCE_PAGE, "utf8"), "stale: run npm run docs").toBe(page);
  });

  it("has keys of the spec with value, default, meaning and link", () => {
    expect(page).toContain(
      '| `gateway.addressType` | `ip`, `hostname` | "hostname" on eks, otherwise "ip" | Whether the load balancer has IPs or a host name. |',
    );
    expect(page).toContain("| `clusters[].name` | string | **required** |");
    expect(page).toMatch(/^## `gateway`, `clusters\[\]\.gateway`$/m);
    expect(page).toMatch(
      /^\| `workloadCertificates\.ttlMinutes` \| integer from 1 .*\(https:\/\/istio\.io\/.*\) \|$/m,
    );
  });

  it("has keys that are only the program's", () => {
    for (const key of ["access.kubeconfigFile", "access.context", "apiServer", "caBundle", "tlsServerName"]) {
      expect(page).toContain(`| \`clusters[].${key}\` |`);
    }
    expect(page).toContain("| `loopbackIsShared` | boolean | false |");
  });

  it("is not made while nothing says what a key means", () => {
    const schema = z.strictObject({
      meshId: z.string(),
      knob: z.string(),
      clusters: z.array(z.strictObject({ name: z.string(), colour: z.string() })),
    });
    expect(() => sectionsOf(z.toJSONSchema(schema), documentedSpec())).toThrow(
      /^nothing says what these keys mean: knob, clusters\[\]\.colour;/,
    );
  });
});
