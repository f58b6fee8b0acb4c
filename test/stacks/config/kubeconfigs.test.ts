import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkMesh } from "../../../stacks/config/read";
import { configValues, problemsOf } from "../../support/config-values";

const { folder, file, access, inContext } = configValues();
const PEM = "-----BEGIN CERTIFICATE-----";

describe("a kubeconfig file", () => {
  test("that is missing is named with its path", () => {
    const missing = join(folder(), "none");
    expect(problemsOf(access({ kubeconfigFile: missing }))).toEqual([
      {
        path: "clusters[1].access",
        message: `${missing} does not exist; correct kubeconfigFile or write the file`,
      },
    ]);
  });

  test.each([
    ["without the context", "other", 'has no context "other"; it has "cluster1", "cluster2"'],
    ["without a server", "no-server", 'names no server for cluster "no-server"; set apiServer'],
    ["with a CA file", "ca-file", "ca.crt, which no other cluster can read); set caBundle"],
    ["that verifies nothing", "insecure", "does not verify the API of cluster"],
    [
      "with a loopback address",
      "loopback",
      "gives cluster2's API the loopback address https://127.0.0.1:6443",
    ],
  ])("%s is refused for a cluster that is observed", (_, context, message) => {
    expect(problemsOf(inContext(context))).toEqual([
      { path: "clusters[1].access", message: expect.stringContaining(message) },
    ]);
  });

  test("does not help a cluster whose own API address is a loopback one", () => {
    const [problem] = problemsOf(inContext("cluster2", { apiServer: "https://127.0.0.1:1" }));
    expect(problem?.message).toContain("gives cluster2's API the loopback address https://127.0.0.1:1");
  });

  test("does not help one whose own API address is what every cluster calls its own", () => {
    const own = { apiServer: "https://kubernetes.default.svc" };
    expect(problemsOf({ ...inContext("cluster2", own), loopbackIsShared: true })).toEqual([
      {
        path: "clusters[1].apiServer",
        message: expect.stringContaining("means that cluster's own API"),
      },
    ]);
  });

  test("that is a list of files, as KUBECONFIG has them, is told what to name instead", () => {
    const list = `${join(folder(), "none")}:${file()}`;
    expect(problemsOf(access({ kubeconfigFile: list, context: "cluster2" }))).toEqual([
      {
        path: "clusters[1].access",
        message: `${list} does not exist; name one file, the one that has the context, and not a list of them as KUBECONFIG may have`,
      },
    ]);
  });

  test.each([
    [
      "a loopback address that the clusters share",
      () => ({ ...inContext("loopback"), loopbackIsShared: true }),
    ],
    [
      "a loopback address under another API address",
      () => inContext("loopback", { apiServer: "https://a.example" }),
    ],
    ["an API that it does not verify, under a CA", () => inContext("insecure", { caBundle: PEM })],
    ["a cluster that nobody observes", () => ({ ...inContext("ca-file"), links: [] })],
    ["no server, but an API address", () => inContext("no-server", { apiServer: "https://a.example" })],
  ])("is accepted for %s", (_, raw) => {
    expect(problemsOf(raw())).toEqual([]);
  });

  test.each([
    ["a secret", { kubeconfigSecret: "cluster2Kubeconfig" }],
    ["a stack's output", { stackReference: "org/clusters/prod", output: "kubeconfig", context: "c" }],
  ])("is not asked for when the kubeconfig is %s", (_, way) => {
    expect(problemsOf(access(way))).toEqual([]);
  });
});

test("a kubeconfig secret that is not set is a problem, with the command that sets it", () => {
  const raw = access({ kubeconfigSecret: "mine" });
  expect(checkMesh(raw, (name) => name !== "mine").problems).toEqual([
    {
      path: "clusters[1].access.kubeconfigSecret",
      message: expect.stringContaining("pulumi config set --secret mine"),
    },
  ]);
});
