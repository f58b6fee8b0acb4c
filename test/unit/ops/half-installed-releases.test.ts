import { afterEach, describe, expect, test } from "vitest";
import { forgetRelease } from "../../../ops/half-installed-releases";
import { type Answer, ApiServer } from "../../support/api-server";

const RELEASE = { cluster: "cluster1", namespace: "istio-system", name: "istio-base" };
const WRITTEN = new Date("2026-11-20T10:00:00Z");
const SECRETS = "/api/v1/namespaces/istio-system/secrets";

/** A record as Pulumi's provider leaves it that is killed while it installs. */
function record({
  revision = 1,
  status = "pending-install",
  manager = "pulumi-kubernetes",
  minutes = 1,
} = {}) {
  return {
    metadata: {
      name: `sh.helm.release.v1.istio-base.v${revision}`,
      namespace: "istio-system",
      uid: "u-1",
      resourceVersion: "42",
      creationTimestamp: new Date(WRITTEN.getTime() + minutes * 60_000).toISOString(),
      labels: { owner: "helm", name: "istio-base", status, version: `${revision}` },
      managedFields: [{ manager, operation: "Update" }],
    },
  };
}

describe("forgetRelease", () => {
  let api: ApiServer;
  afterEach(() => api.stop());

  const forget = async (...items: object[]) => {
    api = await ApiServer.start((method, path): Answer => {
      if (method === "GET" && path === SECRETS) return { kind: "SecretList", items };
      return method === "DELETE" ? { kind: "Status", status: "Success" } : 404;
    });
    return forgetRelease(RELEASE, WRITTEN, api.kubeConfig());
  };

  test("removes the record of the interrupted installation, in the version that was looked at", async () => {
    expect(await forget(record())).toEqual([
      "cluster1: removed istio-system/sh.helm.release.v1.istio-base.v1, the record of a half-installed release",
    ]);
    const [removal = ""] = api.changes;
    expect(removal).toContain(`DELETE ${SECRETS}/sh.helm.release.v1.istio-base.v1 `);
    expect(removal).toContain('"preconditions":{"resourceVersion":"42","uid":"u-1"}');
  });

  test("removes that of an installation whose end Pulumi did not see", async () => {
    expect(await forget(record({ status: "deployed", minutes: -1 }))).toEqual([
      expect.stringContaining("removed istio-system/sh.helm.release.v1.istio-base.v1"),
    ]);
  });

  test.each([
    [
      "was there before",
      [record({ status: "deployed", minutes: -60 })],
      "is older than the interrupted update",
    ],
    ["is being removed", [record({ status: "uninstalling" })], "has status uninstalling"],
    ["is being upgraded", [record({ revision: 2 })], "is not of a first revision"],
    ["has a history", [record(), record({ revision: 2, status: "deployed" })], "has further revisions"],
    ["is of Helm's own CLI", [record({ manager: "Helm" })], "was not written by Pulumi"],
    ["was begun long after", [record({ minutes: 60 })], "is younger than the interrupted update"],
  ])("leaves a record alone that %s", async (_, records, reason) => {
    const told = await forget(...records);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(`cluster1: left release istio-base in istio-system alone`);
    expect(told[0]).toContain(reason);
    expect(api.changes).toEqual([]);
  });

  test("has nothing to do where there is no record", async () => {
    expect(await forget()).toEqual([]);
    expect(api.changes).toEqual([]);
  });
});
