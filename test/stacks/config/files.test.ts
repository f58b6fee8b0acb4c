import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { readKubeconfigFile } from "../../../stacks/config/files";
import { kubeconfig } from "../../support/kubeconfigs";

const exec = (command: string) => ({ exec: { apiVersion: "client.authentication.k8s.io/v1", command } });

describe("files that a kubeconfig names relative to itself", () => {
  let project: string;
  let folder: string;
  beforeEach(() => {
    project = realpathSync(mkdtempSync(join(tmpdir(), "files-test-")));
    folder = join(project, "kube");
    mkdirSync(folder);
    vi.spyOn(process, "cwd").mockReturnValue(project);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(project, { recursive: true });
  });

  /** Cluster and user of a kubeconfig, as they are used. */
  function used(cluster: Record<string, unknown>, user: Record<string, unknown>, at = folder) {
    const file = join(at, "config");
    writeFileSync(file, kubeconfig([{ name: "a", cluster, user }]));
    const config = parse(readKubeconfigFile(file)) as {
      clusters: { cluster: unknown }[];
      users: { user: unknown }[];
    };
    return [config.clusters[0]?.cluster, config.users[0]?.user];
  }

  test("are found from the project, by the same path on every machine", () => {
    const user = { "client-certificate": "a.crt", "client-key": "keys/a.key", tokenFile: "../token" };
    expect(used({ "certificate-authority": "ca.crt" }, user)).toEqual([
      { "certificate-authority": "kube/ca.crt" },
      { "client-certificate": "kube/a.crt", "client-key": "kube/keys/a.key", tokenFile: "./token" },
    ]);
  });

  test("are found by what two entries share, too", () => {
    const file = join(folder, "config");
    writeFileSync(
      file,
      "users: [{ name: a, user: &shared { client-key: a.key } }, { name: b, user: *shared }]\n",
    );
    expect(parse(readKubeconfigFile(file))).toEqual({
      users: ["a", "b"].map((name) => ({ name, user: { "client-key": "kube/a.key" } })),
    });
  });

  test("are found outside of the project by their whole path", () => {
    vi.spyOn(process, "cwd").mockReturnValue(join(project, "other"));
    expect(used({ "certificate-authority": "ca.crt" }, {})[0]).toEqual({
      "certificate-authority": join(folder, "ca.crt"),
    });
  });

  test("are a plugin too, unless it is found by its name", () => {
    expect(used({}, exec("./bin/login"))[1]).toEqual(exec("kube/bin/login"));
    expect(used({}, exec("./login"), project)[1]).toEqual(exec("./login"));
    expect(used({}, exec("aws"))[1]).toEqual(exec("aws"));
    expect(used({}, exec("/usr/bin/aws"))[1]).toEqual(exec("/usr/bin/aws"));
  });

  test.each([
    ["names none", kubeconfig([{ name: "a" }])],
    [
      "names them by whole paths",
      kubeconfig([{ name: "a", cluster: { "certificate-authority": "/ca.crt" } }]),
    ],
    ["is no YAML", "a: ["],
    ["is empty", ""],
    ["has entries that are none", "clusters: [null, {cluster: null}, 1]\nusers: {}\n# as it is\n"],
  ])("are left alone, with every letter, in one that %s", (_, text) => {
    const file = join(folder, "config");
    writeFileSync(file, text);
    expect(readKubeconfigFile(file)).toBe(text);
  });
});
