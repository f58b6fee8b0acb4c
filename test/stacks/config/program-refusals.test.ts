import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { LOAD_BALANCER } from "../../support/deploy";
import { kubeconfig } from "../../support/kubeconfigs";
import { runFailingProgram, startMocks } from "../../support/mocks";
import { entry, KEY, loadProgram, programTests } from "../../support/program";

const { folder, fromFile } = programTests();

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
      clusters: [entry(1, { kubeconfigFile: join(folder(), "none") }), fromFile(1)],
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
      ...LOAD_BALANCER,
      stackOutputs: { "org/clusters/prod": { text } },
    });
    expect(failures.join("\n")).toContain(message);
    const touched = registrations.filter(
      ({ provider, name }) => provider === "cluster1" || name === "cluster1",
    );
    expect(touched.filter(({ type }) => !type.startsWith("istio-multicluster:"))).toEqual([]);
  });
});
