import { describe, expect, test } from "vitest";
import { halfInstalledReleases } from "../../ops/half-installed-releases";
import { hasCreates, interruptedCreates, withoutCreates } from "../../ops/interrupted";

const RELEASE = "kubernetes:helm.sh/v3:Release";

function operation(type: string, resourceType = RELEASE, name = "cluster1-base") {
  return {
    type,
    resource: {
      urn: `urn:pulumi:dev::p::${resourceType}::${name}`,
      type: resourceType,
      provider: "urn:pulumi:dev::p::pulumi:providers:kubernetes::cluster1::0b9c",
      inputs: { name: "istio-base", namespace: "istio-system" },
    },
  };
}

function state(pending_operations: unknown[], resources: unknown[] = []) {
  return { version: 3, deployment: { resources, pending_operations } };
}

describe("interruptedCreates", () => {
  test("finds each create once, and no updates or deletes", () => {
    const create = operation("creating");
    expect(interruptedCreates(state([create, create, operation("updating"), operation("deleting")]))).toEqual(
      [create],
    );
  });

  test("leaves out what has been created since", () => {
    const create = operation("creating");
    expect(interruptedCreates(state([create], [{ urn: create.resource.urn }]))).toEqual([]);
  });

  test("finds none in an empty state", () => {
    expect(interruptedCreates({ version: 3, deployment: {} })).toEqual([]);
  });
});

describe("withoutCreates", () => {
  test("drops creates only, and keeps everything else of the state", () => {
    const update = operation("updating");
    const before = state([operation("creating"), update], [{ urn: "a" }]);
    expect(withoutCreates(before)).toEqual(state([update], [{ urn: "a" }]));
    expect(hasCreates(before)).toBe(true);
    expect(hasCreates(withoutCreates(before))).toBe(false);
  });
});

describe("halfInstalledReleases", () => {
  test("finds a release and its cluster", () => {
    expect(halfInstalledReleases([operation("creating")])).toEqual([
      { cluster: "cluster1", namespace: "istio-system", name: "istio-base" },
    ]);
  });

  test("leaves other resources alone", () => {
    expect(halfInstalledReleases([operation("creating", "kubernetes:core/v1:Secret")])).toEqual([]);
  });
});
