import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadKubeconfig } from "../../../stacks/mesh/kube-client";
import { kubeconfig, reachable } from "../../support/kubeconfigs";

const PROXY = "http://proxy.example:3128";

function loaded(
  { cluster = {}, user }: { cluster?: object; user?: Record<string, unknown> },
  environment: Record<string, string> = {},
): KubeConfig {
  const config = new KubeConfig();
  const entry = { name: "a", cluster: { ...reachable("a"), ...cluster }, ...(user && { user }) };
  loadKubeconfig(config, kubeconfig([entry], { "current-context": "a" }), environment);
  return config;
}

describe("the way to an API", () => {
  test("is by the environment's proxy, where the kubeconfig names none", () => {
    const environment = { HTTPS_PROXY: PROXY };
    expect(loaded({}, environment).getCurrentCluster()?.proxyUrl).toBe(PROXY);
    expect(loaded({}).getCurrentCluster()?.proxyUrl).toBeUndefined();
    const own = { "proxy-url": "http://own.example" };
    expect(loaded({ cluster: own }, environment).getCurrentCluster()?.proxyUrl).toBe("http://own.example");
  });
});

describe("a token", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "token-test-"));
    writeFileSync(join(folder, "token"), "of the file\n");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is read from a file that the kubeconfig names, also beside another one", () => {
    const tokenFile = join(folder, "token");
    expect(loaded({ user: { tokenFile } }).getCurrentUser()?.token).toBe("of the file");
    expect(loaded({ user: { tokenFile, token: "inline" } }).getCurrentUser()?.token).toBe("of the file");
    expect(loaded({ user: { token: "inline" } }).getCurrentUser()?.token).toBe("inline");
  });
});
