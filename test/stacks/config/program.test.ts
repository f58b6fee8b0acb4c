import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { find, listOf } from "../../support/components";
import { LOAD_BALANCER } from "../../support/deploy";
import { kubeconfig, reachable } from "../../support/kubeconfigs";
import { runProgram } from "../../support/mocks";
import { valueOf } from "../../support/outputs";
import { entry, KEY, loadProgram, programTests } from "../../support/program";

const { fromFile } = programTests();

/** Inputs as text, what is base64 in them decoded. */
function readable(inputs: Record<string, unknown>): string {
  const data = Object.values((inputs["data"] ?? {}) as Record<string, string>);
  return JSON.stringify(inputs) + data.map((value) => Buffer.from(value, "base64").toString()).join("\n");
}

describe("the program", () => {
  test("deploys the configured mesh and tells nothing secret of it", async () => {
    const { result, registrations } = await runProgram(
      () => loadProgram({ clusters: [fromFile(1), fromFile(2)] }),
      LOAD_BALANCER,
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
      LOAD_BALANCER,
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
      LOAD_BALANCER,
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
      LOAD_BALANCER,
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
      LOAD_BALANCER,
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
    await runProgram(() => loadProgram({ istio, clusters: [fromFile(1), fromFile(2)] }), LOAD_BALANCER);
    expect(ofConfig()).toEqual([
      [
        expect.stringMatching(
          /^istio-multicluster:mesh: istio\.version is 1\.30\.0 in cluster1, cluster2, which/,
        ),
      ],
    ]);
    warn.mockClear();
    await runProgram(() => loadProgram({ clusters: [fromFile(1), fromFile(2)] }), LOAD_BALANCER);
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
      {
        ...LOAD_BALANCER,
        stackOutputs: { "org/clusters/prod": { text }, "org/clusters/dev": { object: parse(text) } },
      },
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
    ...LOAD_BALANCER,
    stackOutputs: { "org/clusters/prod": { one: text, two: text } },
  });
  const providers = registrations.filter(({ type }) => type === "pulumi:providers:kubernetes");
  expect(providers.map(({ name }) => name)).toEqual(["cluster1", "cluster2", "istio-multicluster.charts"]);
});

test("images are pulled by credentials from secret config values", async () => {
  const istio = { imagePullCredentials: { registry: "dockerConfig" } };
  const clusters = [fromFile(1), { ...fromFile(2), istio: {} }];
  const { registrations } = await runProgram(
    () =>
      loadProgram(
        { istio, clusters, identity: { provider: "spire" } },
        { "istio-multicluster:dockerConfig": "{}" },
      ),
    LOAD_BALANCER,
  );
  for (const name of ["cluster1", "cluster2", "cluster1-spire-server", "cluster2-spire-server"]) {
    const { inputs, secretPaths } = find(registrations, `${name}-pull-secret:registry`);
    expect(inputs["stringData"]).toEqual({ ".dockerconfigjson": "{}" });
    expect(secretPaths).not.toEqual([]);
  }
});
