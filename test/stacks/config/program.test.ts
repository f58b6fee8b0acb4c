import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { find, listOf } from "../../support/components";
import { kubeconfig, reachable } from "../../support/kubeconfigs";
import { type MockCluster, runFailingProgram, runProgram, startMocks } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { loadProgram, MESH_KEY as KEY } from "../../support/program";

const LB: MockCluster = { ingress: [{ ip: "192.0.2.1" }] };

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "program-test-"));
  file = join(folder, "kubeconfig");
  writeFileSync(file, kubeconfig([{ name: "cluster1" }, { name: "cluster2" }]));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => vi.resetModules());

const entry = (index: number, access: object) => ({
  name: `cluster${index}`,
  network: `network${index}`,
  access,
});
const fromFile = (index: number) => entry(index, { kubeconfigFile: file, context: `cluster${index}` });

/** Inputs as text, what is base64 in them decoded. */
function readable(inputs: Record<string, unknown>): string {
  const data = Object.values((inputs["data"] ?? {}) as Record<string, string>);
  return JSON.stringify(inputs) + data.map((value) => Buffer.from(value, "base64").toString()).join("\n");
}

describe("the program", () => {
  test("deploys the configured mesh and tells nothing secret of it", async () => {
    const { result, registrations } = await runProgram(
      () => loadProgram({ clusters: [fromFile(1), fromFile(2)] }),
      LB,
    );
    expect(Object.keys(result)).toEqual([
      "rootCertificate",
      "rootFingerprint",
      "certificates",
      "gatewayAddresses",
      "externalControlPlaneAddresses",
      "signingRequests",
      "links",
      "credentials",
    ]);
    expect(await pulumi.isSecret(pulumi.output(result))).toBe(false);
    const told = JSON.stringify(await valueOf(pulumi.output(result)));
    expect(told).toContain('"cluster1":"192.0.2.1"');
    for (const secret of ["PRIVATE KEY", "token-of-", "user-token-of-"]) expect(told).not.toContain(secret);
    expect(listOf(registrations)).toContain(
      "istio-multicluster:index:RemoteSecretLink cluster1.observes.cluster2",
    );
  });

  test("gives each provider its own context of a shared kubeconfig only", async () => {
    const { registrations } = await runProgram(
      () => loadProgram({ clusters: [fromFile(1), fromFile(2)] }),
      LB,
    );
    const { inputs, secretPaths } = find(registrations, "cluster1", "kubernetes");
    expect(parse(String(inputs["kubeconfig"]))).toEqual(
      parse(kubeconfig([{ name: "cluster1" }], { "current-context": "cluster1" })),
    );
    expect(secretPaths).toEqual(["kubeconfig"]);
  });

  test("never lets a user's credential into the mesh", async () => {
    const { registrations } = await runProgram(
      () => loadProgram({ clusters: [fromFile(1), fromFile(2)] }),
      LB,
    );
    const { data } = find(registrations, "cluster1.observes.cluster2-secret").inputs;
    const remote = Buffer.from((data as Record<string, string>)["cluster2"] ?? "", "base64").toString();
    expect(remote).toContain("token-of-cluster2-reader-token");
    expect(remote).not.toContain("user-token-of");
  });

  test.each([
    ["a command", { exec: { command: "leak", args: ["leak"] } }],
    ["an auth provider", { "auth-provider": { name: "leak", config: { "access-token": "leak" } } }],
    ["files", { "client-certificate": "/leak.crt", "client-key": "/leak.key", tokenFile: "/leak" }],
    ["inline data", { "client-certificate-data": "leak", "client-key-data": "leak", password: "leak" }],
  ])("keeps %s of a user's kubeconfig to the provider", async (_, user) => {
    const text = kubeconfig([{ name: "cluster1", user }], { "current-context": "cluster1" });
    const clusters = [entry(1, { kubeconfigSecret: "kubeconfig1" }), fromFile(2)];
    const { registrations } = await runProgram(
      () => loadProgram({ clusters }, { "istio-multicluster:kubeconfig1": text }),
      LB,
    );
    const leaks = registrations.filter(({ inputs }) => readable(inputs).includes("leak"));
    expect(leaks.map(({ type, name }) => `${type} ${name}`)).toEqual([
      "pulumi:providers:kubernetes cluster1",
    ]);
    expect(find(registrations, "cluster2.observes.cluster1-secret").inputs).toHaveProperty("data");
  });

  test("checks an API's certificate for the name that config or kubeconfig expects", async () => {
    const named = { ...reachable("cluster1"), "tls-server-name": "api.internal" };
    const text = kubeconfig([{ name: "cluster1", cluster: named }], { "current-context": "cluster1" });
    const clusters = [
      entry(1, { kubeconfigSecret: "kubeconfig1" }),
      { ...fromFile(2), tlsServerName: "api.example" },
    ];
    const { registrations } = await runProgram(
      () => loadProgram({ clusters }, { "istio-multicluster:kubeconfig1": text }),
      LB,
    );
    const secret = (name: string) => readable(find(registrations, `${name}-secret`).inputs);
    expect(secret("cluster2.observes.cluster1")).toContain("tls-server-name: api.internal");
    expect(secret("cluster1.observes.cluster2")).toContain("tls-server-name: api.example");
  });

  test("warns of what works, and goes on", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const istio = { version: "1.30.0" };
    // Nobody answers for these clusters, of which it warns too.
    const ofConfig = () => warn.mock.calls.filter(([message]) => message.startsWith(KEY));
    await runProgram(() => loadProgram({ istio, clusters: [fromFile(1), fromFile(2)] }), LB);
    expect(ofConfig()).toEqual([
      [
        expect.stringMatching(
          /^istio-multicluster:mesh: istio\.version is 1\.30\.0 in cluster1, cluster2, which/,
        ),
      ],
    ]);
    warn.mockClear();
    await runProgram(() => loadProgram({ clusters: [fromFile(1), fromFile(2)] }), LB);
    expect(ofConfig()).toEqual([]);
    warn.mockRestore();
  });

  test("reaches clusters through a secret and through another stack's output, text or object", async () => {
    const text = kubeconfig([{ name: "c" }], { "current-context": "c" });
    const clusters = [
      entry(1, { kubeconfigSecret: "kubeconfig1" }),
      entry(2, { stackReference: "org/clusters/prod", output: "text" }),
      entry(3, { stackReference: "org/clusters/dev", output: "object" }),
    ];
    const { registrations } = await runProgram(
      () => loadProgram({ clusters }, { "istio-multicluster:kubeconfig1": text }),
      { ...LB, stackOutputs: { "org/clusters/prod": { text }, "org/clusters/dev": { object: parse(text) } } },
    );
    const providers = registrations.filter(
      ({ type, name }) => type === "pulumi:providers:kubernetes" && name.startsWith("cluster"),
    );
    for (const { inputs, secretPaths } of providers) {
      expect(parse(String(inputs["kubeconfig"]))).toEqual(parse(text));
      expect(secretPaths).toEqual(["kubeconfig"]);
    }
    expect(providers).toHaveLength(3);
  });
});

test("two clusters are reached through two outputs of one stack", async () => {
  const text = kubeconfig([{ name: "c" }], { "current-context": "c" });
  const clusters = [
    entry(1, { stackReference: "org/clusters/prod", output: "one" }),
    entry(2, { stackReference: "org/clusters/prod", output: "two" }),
  ];
  const { registrations } = await runProgram(() => loadProgram({ clusters }), {
    ...LB,
    stackOutputs: { "org/clusters/prod": { one: text, two: text } },
  });
  const providers = registrations.filter(({ type }) => type === "pulumi:providers:kubernetes");
  expect(providers.map(({ name }) => name)).toEqual(["cluster1", "cluster2", "istio-multicluster.charts"]);
});

test("images are pulled by credentials from secret config values", async () => {
  const istio = { imagePullCredentials: { registry: "dockerConfig" } };
  const clusters = [fromFile(1), { ...fromFile(2), istio: {} }];
  const { registrations } = await runProgram(
    () => loadProgram({ istio, clusters }, { "istio-multicluster:dockerConfig": "{}" }),
    LB,
  );
  for (const name of ["cluster1", "cluster2"]) {
    const { inputs, secretPaths } = find(registrations, `${name}-pull-secret:registry`);
    expect(inputs["stringData"]).toEqual({ ".dockerconfigjson": "{}" });
    expect(secretPaths).not.toEqual([]);
  }
});

describe("bad config", () => {
  /** What the program says of a config, after which nothing may have been registered. */
  async function refusalOf(mesh: unknown, secrets: Record<string, string> = {}): Promise<Error> {
    const recording = await startMocks();
    const outcome: unknown = await loadProgram(mesh, secrets).catch((error: unknown) => error);
    await pulumi.runtime.disconnect();
    expect(recording).toEqual({ registrations: [], chartCalls: [] });
    expect(pulumi.RunError.isInstance(outcome)).toBe(true);
    return outcome as Error;
  }

  test("ends in one message with every problem, before anything is registered", async () => {
    const raw = {
      mtls: "OFF",
      clusters: [entry(1, { kubeconfigFile: join(folder, "none") }), fromFile(1)],
      links: [{ observer: "cluster1", observed: "cluster9" }],
    };
    const lines = (await refusalOf(raw)).message.split("\n");
    expect(lines[0]).toBe(`${KEY} has 4 problems; nothing was touched:`);
    expect(lines.slice(1).map((line) => line.trim().split(" ")[1])).toEqual([
      "mtls",
      "clusters[1].name",
      "links[0].observed",
      "clusters[0].access",
    ]);
  });

  test("that is missing is named, with where to write it", async () => {
    expect((await refusalOf(undefined)).message).toBe(
      `config value ${KEY} is missing; describe the mesh in Pulumi.test.yaml, see README.md`,
    );
  });

  test("that names a missing credential for images says which", async () => {
    const istio = { imagePullCredentials: { registry: "dockerConfig" } };
    const { message } = await refusalOf({ istio, clusters: [fromFile(1), fromFile(2)] });
    expect(message).toContain("istio.imagePullCredentials.registry names the config value dockerConfig");
  });

  test("that names a missing secret says which, before anything is registered", async () => {
    const clusters = [fromFile(1), entry(2, { kubeconfigSecret: "kubeconfig2" })];
    expect((await refusalOf({ clusters })).message).toContain("kubeconfig2");
  });
});

test("every missing secret is told at once", async () => {
  await startMocks();
  const clusters = [
    entry(1, { kubeconfigSecret: "kubeconfig1" }),
    entry(2, { kubeconfigSecret: "kubeconfig2" }),
  ];
  await expect(loadProgram({ clusters })).rejects.toThrow(/kubeconfig1[^]*kubeconfig2/);
});

describe("a kubeconfig that is known only later", () => {
  test.each([
    ["is none", "hello", "the kubeconfig of cluster cluster1 is not a kubeconfig"],
    [
      "lacks the context",
      kubeconfig([{ name: "other" }]),
      'the kubeconfig of cluster cluster1 has no context "cluster1"',
    ],
  ])("stops its cluster before its first resource if it %s", async (_, text, message) => {
    const clusters = [
      entry(1, { stackReference: "org/clusters/prod", output: "text", context: "cluster1" }),
      fromFile(2),
    ];
    const { failures, registrations } = await runFailingProgram(() => loadProgram({ clusters }), {
      ...LB,
      stackOutputs: { "org/clusters/prod": { text } },
    });
    expect(failures.join("\n")).toContain(message);
    const touched = registrations.filter(
      ({ provider, name }) => provider === "cluster1" || name === "cluster1",
    );
    expect(touched.filter(({ type }) => !type.startsWith("istio-multicluster:"))).toEqual([]);
  });
});
