import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { readPart } from "../../../stacks/config/part";
import { kubeconfig } from "../../support/kubeconfigs";
import { startMocks } from "../../support/mocks";
import { valueOf } from "../../support/outputs";

const KEY = "istio-multicluster:mesh";
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "part-test-"));
  writeFileSync(join(project, "kubeconfig"), kubeconfig([{ name: "cluster1" }]));
  describeMesh("prod", { clusters: clusters() });
});
afterAll(() => rmSync(project, { recursive: true }));
beforeEach(() => startMocks());

/** cluster1 is reached by a file, cluster2 by a secret, and cluster3 by a file that is on another machine. */
function clusters() {
  const accesses = [
    { kubeconfigFile: join(project, "kubeconfig"), context: "cluster1" },
    { kubeconfigSecret: "kubeconfig2" },
    { kubeconfigFile: join(project, "elsewhere") },
  ];
  return accesses.map((access, index) => ({
    name: `cluster${index + 1}`,
    network: `network${index + 1}`,
    access,
  }));
}

function describeMesh(stack: string, mesh: unknown, folder = ".") {
  writeFileSync(join(project, "Pulumi.yaml"), stringify({ name: "p", stackConfigDir: folder }));
  writeFileSync(join(project, folder, `Pulumi.${stack}.yaml`), stringify({ config: { [KEY]: mesh } }));
}

function read(config: Record<string, string>, secrets: Record<string, string> = {}) {
  const named = Object.entries({ ...config, ...secrets }).map(([key, value]) => [
    `istio-multicluster:${key}`,
    value,
  ]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(named),
    Object.keys(secrets).map((key) => `istio-multicluster:${key}`),
  );
  return readPart(new pulumi.Config("istio-multicluster"), project);
}

const part = (text: string, secrets: Record<string, string> = {}) =>
  read({ part: text, partOf: "prod" }, secrets);

describe("a stack's part of a mesh", () => {
  test("is nothing where its config says nothing of one", () => {
    expect(read({ mesh: "{}" })).toBeUndefined();
  });

  test("is of the mesh that another stack's settings describe, and has access to its own clusters only", () => {
    const found = part("cluster/cluster1");
    expect(found?.part).toBe("cluster/cluster1");
    expect(found?.stacks.mesh).toBe("prod");
    expect(found?.plan.clusters.map(({ name }) => name)).toEqual(["cluster1", "cluster2", "cluster3"]);
    expect([...(found?.access.keys() ?? [])]).toEqual(["cluster1"]);
  });

  test("is of no mesh whose identities are SPIRE's, which needs all clusters in one stack", () => {
    describeMesh("spire", { clusters: clusters(), identity: { provider: "spire" } });
    expect(() => read({ part: "cluster/cluster1", partOf: "spire" })).toThrow(
      /identity\.provider is spire, which is not for a mesh in several stacks/,
    );
  });

  test("needs the secrets of its own clusters, from its own config", async () => {
    expect(() => part("cluster/cluster2")).toThrow(
      /clusters\[1\]\.access\.kubeconfigSecret names the config value kubeconfig2, which is not set/,
    );
    const text = kubeconfig([{ name: "c" }], { "current-context": "c" });
    const access = part("cluster/cluster2", { kubeconfig2: text })?.access.get("cluster2");
    expect(await valueOf(access!.kubeconfig)).toContain("server: https://c.example:6443");
  });

  test("that signs needs access to no cluster", () => {
    expect(part("trust")?.access.size).toBe(0);
  });

  test("that links needs that to every observer", () => {
    expect(() => part("links", { kubeconfig2: "x" })).toThrow(
      /has a problem; nothing was touched:\n {2}- clusters\[2\]\.access .*elsewhere does not exist/,
    );
  });

  test("is found where the project has its stacks' settings", () => {
    mkdirSync(join(project, "config"));
    describeMesh("elsewhere", { clusters: clusters() }, "config");
    expect(read({ part: "trust", partOf: "elsewhere" })?.stacks.mesh).toBe("elsewhere");
    describeMesh("prod", { clusters: clusters() });
  });

  test.each([
    [{ part: "trust" }, /istio-multicluster:part is set, and istio-multicluster:partOf is not/],
    [{ partOf: "prod" }, /istio-multicluster:partOf is set, and istio-multicluster:part is not/],
    [{ part: "trust", partOf: "prod", mesh: "{}" }, /part and istio-multicluster:mesh are both set/],
    [{ part: "trust", partOf: "test" }, /Pulumi\.test\.yaml cannot be read \(ENOENT\)/],
    [
      { part: "root", partOf: "prod" },
      /istio-multicluster:part is root, which is no part of a mesh; .*trust,/,
    ],
  ])("is refused as %j", (config, message) => {
    expect(() => read(config as unknown as Record<string, string>)).toThrow(message);
    try {
      read(config);
    } catch (error) {
      expect(pulumi.RunError.isInstance(error)).toBe(true);
    }
  });

  test("is refused with the name of a file that is no YAML, and where in it", () => {
    writeFileSync(join(project, "Pulumi.torn.yaml"), "config:\n  a: b: c\n");
    expect(() => read({ part: "trust", partOf: "torn" })).toThrow(
      /Pulumi\.torn\.yaml is no YAML: [^\n]* at line 2, column 6; check the indentation around that line/,
    );
  });

  test("is refused with every problem of the mesh, wherever in it", () => {
    describeMesh("faulty", { mtls: "OFF", clusters: [{ ...clusters()[0], controlPlanes: ["nobody"] }] });
    expect(() => read({ part: "trust", partOf: "faulty" })).toThrow(
      /istio-multicluster:mesh of Pulumi\.faulty\.yaml has 2 problems; nothing was touched:/,
    );
  });

  test("warns of what is its own: of its clusters, and where it links of the mesh", () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const [first] = clusters();
    const second = { ...first, name: "cluster2", network: "network2" };
    describeMesh("old", { clusters: [{ ...first, caEpoch: 2 }, second], istio: { version: "1.30.0" } });
    const warnings = (text: string) => {
      warn.mockClear();
      read({ part: text, partOf: "old" });
      return warn.mock.calls.map(([message]) => message.replace(/^.*Pulumi\.old\.yaml: (\S+) .*$/, "$1"));
    };
    expect(warnings("cluster/cluster1")).toEqual(["clusters[0].caEpoch"]);
    expect(warnings("links")).toEqual(["istio.version"]);
    expect(warnings("trust")).toEqual([]);
    warn.mockRestore();
  });
});
