import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, test } from "vitest";
import { Diagnostics } from "../../../../ops/fleet/diagnostics";

type Diagnostic = NonNullable<EngineEvent["diagnosticEvent"]>;

function told(...events: Partial<Diagnostic>[]): Diagnostics {
  const diagnostics = new Diagnostics();
  for (const event of events) {
    const diagnosticEvent: Diagnostic = { message: "", color: "never", severity: "info", ...event };
    diagnostics.add({ sequence: 0, timestamp: 0, diagnosticEvent });
  }
  return diagnostics;
}

const urn = "urn:pulumi:prod.links::istio-multicluster::kubernetes:core/v1:Secret::cluster1-secret";

describe("what an engine tells beside its steps", () => {
  test("is warnings, each once, and nothing of what it says for information", () => {
    const warning = { severity: "warning", message: "<{%fg 3%}>expires soon<{%reset%}>\n" } as const;
    const plugin = { ...warning, message: "using pulumi-resource-tls from $PATH at /plugins" };
    const diagnostics = told(warning, { message: "made" }, plugin, warning);
    expect(diagnostics.warnings()).toEqual(["warning: expires soon"]);
  });

  test("is why it failed, by the resource, and not that it did", () => {
    const diagnostics = told(
      { severity: "error", message: "no answer\n", urn },
      { severity: "error", message: "update failed" },
    );
    expect(diagnostics.failure(new Error("code: -2"))).toEqual(["error: cluster1-secret: no answer"]);
  });

  test("is what its command failed with, where it came to say nothing", () => {
    expect(told().failure(new Error("no"))).toEqual(["no"]);
  });
});
