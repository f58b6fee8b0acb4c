import { userInfo } from "node:os";
import type { Workspace } from "@pulumi/pulumi/automation";
import { describe, expect, test } from "vitest";
import { backendOf } from "../../../ops/backend";

/** A workspace over a backend, as far as it is asked here; the real CLI is asked in test/lab/recover.test.ts. */
function workspace(url: string): Workspace {
  const asked: Pick<Workspace, "whoAmI" | "projectSettings" | "workDir"> = {
    whoAmI: async () => ({ user: "me", url }),
    workDir: "/srv/project",
    projectSettings: async () => ({ name: "istio-multicluster", runtime: "nodejs" }),
  };
  return asked as Workspace;
}

describe("backendOf", () => {
  test.each([
    ["file:///var/state?no_tmp_dir=true", "/var/state"],
    ["file:///var/with space", "/var/with space"],
    // As `pulumi login --local` has it, and as a folder may be given in Pulumi.yaml.
    ["file://~", userInfo().homedir],
    ["file://~/states/mesh", `${userInfo().homedir}/states/mesh`],
    ["file://./state", "/srv/project/state"],
    ["file://state", "/srv/project/state"],
  ])("finds the folder of %s", async (url, folder) => {
    expect((await backendOf(workspace(url), "dev")).folder).toBe(folder);
  });

  test.each(["s3://bucket?endpoint=http://minio:9000", "gs://bucket", "azblob://container"])(
    "leaves the locks of %s to Pulumi",
    async (url) => {
      expect((await backendOf(workspace(url), "dev")).folder).toBeUndefined();
    },
  );

  test.each(["https://app.pulumi.com/me", "http://pulumi.example.com/me", ""])(
    "refuses Pulumi Cloud at %o and says what to do there",
    async (url) => {
      await expect(backendOf(workspace(url), "dev")).rejects.toThrow(
        /Pulumi Cloud.*nothing was changed.*pulumi cancel --stack dev\n.*pulumi refresh --clear-pending-creates --stack dev/s,
      );
    },
  );

  test.each(["postgres://db/pulumi", "ftp://somewhere"])(
    "refuses %o, which it does not know",
    async (url) => {
      await expect(backendOf(workspace(url), "dev")).rejects.toThrow(
        "a backend whose locks this command does not know",
      );
    },
  );
});
