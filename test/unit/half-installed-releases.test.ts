import { describe, expect, test } from "vitest";
import { halfInstalledReleases } from "../../ops/half-installed-releases";

const RELEASE = "kubernetes:helm.sh/v3:Release";

function operation(type: string, resourceType = RELEASE) {
  return {
    type,
    resource: {
      urn: `urn:pulumi:dev::p::${resourceType}::cluster1-base`,
      type: resourceType,
      provider: "urn:pulumi:dev::p::pulumi:providers:kubernetes::cluster1::0b9c",
      inputs: { name: "istio-base", namespace: "istio-system" },
    },
  };
}

describe("halfInstalledReleases", () => {
  const releasesOf = (...pending_operations: unknown[]) =>
    halfInstalledReleases({ version: 3, deployment: { pending_operations } });

  test("finds a release that was being created, and its cluster", () => {
    expect(releasesOf(operation("creating"))).toEqual([
      { cluster: "cluster1", namespace: "istio-system", name: "istio-base" },
    ]);
  });

  test("leaves alone a release that was being updated or deleted, and other resources", () => {
    expect(
      releasesOf(
        operation("updating"),
        operation("deleting"),
        operation("creating", "kubernetes:core/v1:Secret"),
      ),
    ).toEqual([]);
  });

  test("finds none in a state without pending operations", () => {
    expect(halfInstalledReleases({ version: 3, deployment: {} })).toEqual([]);
  });
});
