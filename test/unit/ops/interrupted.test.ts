import { describe, expect, test } from "vitest";
import { halfInstalledReleases } from "../../../ops/half-installed-releases";
import { interruptedObjects } from "../../../ops/field-managers";
import {
  fieldManagers,
  interruptedCreates,
  lastWritten,
  recordedCreates,
  withoutCreates,
} from "../../../ops/interrupted";

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

describe("lastWritten", () => {
  test("is the time of the manifest, where there is one", () => {
    const deployment = { manifest: { time: "2026-11-20T11:00:00.5+01:00" } };
    expect(lastWritten({ version: 3, deployment })).toEqual(new Date("2026-11-20T10:00:00.500Z"));
    expect(lastWritten({ version: 3, deployment: {} })).toBeUndefined();
  });
});

describe("withoutCreates", () => {
  test("drops creates only, and keeps everything else of the state", () => {
    const update = operation("updating");
    const before = state([operation("creating"), update], [{ urn: "a" }]);
    expect(withoutCreates(before)).toEqual(state([update], [{ urn: "a" }]));
    expect(recordedCreates(before)).toHaveLength(1);
    expect(recordedCreates(withoutCreates(before))).toEqual([]);
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

describe("interruptedObjects", () => {
  const create = {
    type: "creating",
    resource: {
      urn: "urn:pulumi:dev::p::kubernetes:core/v1:Secret::a",
      type: "kubernetes:core/v1:Secret",
      provider: "urn:pulumi:dev::p::pulumi:providers:kubernetes::cluster2::0b9c",
      inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: "a", namespace: "n", labels: {} } },
    },
  };
  const reference = {
    cluster: "cluster2",
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "a", namespace: "n" },
  };

  test("are in no state's hands before they are in the state", () => {
    expect(interruptedObjects([create], new Map())).toEqual([{ ...reference, currentManager: undefined }]);
  });

  test("keep the manager under which they were made in the end", () => {
    const resources = [{ urn: create.resource.urn, outputs: { __fieldManager: "pulumi-kubernetes-1" } }];
    expect(interruptedObjects([create], fieldManagers(state([create], resources)))).toEqual([
      { ...reference, currentManager: "pulumi-kubernetes-1" },
    ]);
  });

  test("are not releases, keys or components", () => {
    const key = { ...create, resource: { ...create.resource, type: "tls:index/privateKey:PrivateKey" } };
    expect(interruptedObjects([operation("creating"), key], new Map())).toEqual([]);
  });
});
