import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { apiEndpoint, KubeconfigError, selectContext, singleContext } from "../../../stacks/mesh/kubeconfig";
import { CA_DATA, kubeconfig, reachable } from "../../support/kubeconfigs";

const PEM = "-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n";
const two = kubeconfig([{ name: "a" }, { name: "b" }], { "current-context": "b" });

describe("a context", () => {
  test("is the one that is named, with its cluster and user", () => {
    expect(selectContext(two, "a")).toEqual({
      context: { name: "a", context: { cluster: "a", user: "a" } },
      cluster: { name: "a", cluster: reachable("a") },
      user: { name: "a", user: { token: "user-token-of-a" } },
    });
  });

  test("is the current one when none is named", () => {
    expect(selectContext(two).context.name).toBe("b");
  });

  test("can be had from JSON, as clouds' outputs give it", () => {
    expect(selectContext(JSON.stringify(parse(two)), "a").cluster.name).toBe("a");
  });

  test("may authenticate with a command, which is for access only", () => {
    const exec = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "aws", args: ["eks"] } };
    expect(selectContext(kubeconfig([{ name: "a", user: exec }]), "a").user.user).toEqual(exec);
  });
});

describe("a kubeconfig is taken as kubectl takes it,", () => {
  const contextOf = (top: object) =>
    selectContext(kubeconfig([{ name: "a" }], top as Record<string, unknown>), "a");

  test.each([
    ["without a current context", { "current-context": null }],
    [
      "with a context of nobody",
      {
        contexts: [
          { name: "a", context: { cluster: "a", user: "a" } },
          { name: "b", context: { cluster: "b" } },
          { name: "c", context: null },
        ],
      },
    ],
    [
      "with a cluster of which nothing is known",
      { clusters: [{ name: "a", cluster: reachable("a") }, { name: "b", cluster: null }, { name: "c" }] },
    ],
    [
      "with a user who has no credential",
      {
        users: [
          { name: "b", user: null },
          { name: "a", user: { token: "user-token-of-a" } },
        ],
      },
    ],
  ])("%s", (_, top) => {
    expect(contextOf(top)).toEqual(contextOf({}));
  });

  test("with lists of which there is nothing", () => {
    const text = kubeconfig([], { contexts: null, clusters: null, users: null });
    expect(() => selectContext(text, "a")).toThrow('has no context "a"; it has none');
  });

  test("whatever its names mean in YAML 1.1, and so it is written again", () => {
    const user = { exec: { command: "kubelogin", args: ["no", "on", "1e3"] } };
    const single = singleContext(selectContext(kubeconfig([{ name: "no", user }]), "no"));
    expect(parse(single, { version: "1.1" })).toEqual(
      parse(kubeconfig([{ name: "no", user }], { "current-context": "no" })),
    );
  });
});

describe("a kubeconfig is refused", () => {
  const dangling = (refers: object) =>
    kubeconfig([{ name: "a" }], {
      contexts: [{ name: "a", context: { cluster: "a", user: "a", ...refers } }],
    });

  test.each([
    ["without the context", two, "c", 'has no context "c"; it has "a", "b"'],
    ["without any context", kubeconfig([]), "c", 'has no context "c"; it has none'],
    [
      "without a current context",
      kubeconfig([{ name: "a" }]),
      undefined,
      'has no current context; name one of "a"',
    ],
    [
      "with an empty current context",
      kubeconfig([{ name: "a" }], { "current-context": "" }),
      undefined,
      'has no current context; name one of "a"',
    ],
    ["without the context's cluster", dangling({ cluster: "x" }), "a", 'has no cluster "x"; it has "a"'],
    ["without the context's user", dangling({ user: "x" }), "a", 'has no user "x"; it has "a"'],
    ["that is no YAML", "a: [", "a", "is not valid YAML"],
    ["that is a plain text", "hello", "a", "is not a kubeconfig (see its root)"],
    ["that is empty", "", "a", "is not a kubeconfig (see its root)"],
    ["whose list is none", "contexts: 1", "a", "is not a kubeconfig (see contexts)"],
  ])("%s", (_, text, context, message) => {
    expect(() => selectContext(text, context)).toThrow(KubeconfigError);
    expect(() => selectContext(text, context)).toThrow(message);
  });

  test("without quoting its text, which may hold credentials", () => {
    const failure = () => selectContext("users: [{ token: s3cr3t", "a");
    expect(failure).toThrow(/^(?!.*s3cr3t)/);
    expect(failure).not.toThrow(/s3cr3t/);
  });
});

describe("a kubeconfig with a single context", () => {
  test("carries no other cluster's address or credential", () => {
    const single = singleContext(selectContext(two, "a"));
    expect(parse(single)).toEqual(parse(kubeconfig([{ name: "a" }], { "current-context": "a" })));
    expect(single).not.toContain("user-token-of-b");
  });
});

describe("the endpoint for links", () => {
  const endpointOf = (cluster: Record<string, unknown>, overrides: Parameters<typeof apiEndpoint>[1] = {}) =>
    apiEndpoint(selectContext(kubeconfig([{ name: "a", cluster }]), "a"), overrides);

  test("is the kubeconfig's server and inline CA", () => {
    expect(endpointOf(reachable("a"))).toEqual({ server: "https://a.example:6443", caData: CA_DATA });
  });

  test("is overridden part by part", () => {
    expect(endpointOf(reachable("a"), { apiServer: "https://api.example" })).toEqual({
      server: "https://api.example",
      caData: CA_DATA,
    });
    expect(endpointOf(reachable("a"), { caBundle: PEM })).toEqual({
      server: "https://a.example:6443",
      caData: Buffer.from(PEM).toString("base64"),
    });
  });

  test("is not made of a CA in base64, as clouds tell it, which istiods would not take", () => {
    expect(() => endpointOf(reachable("a"), { caBundle: CA_DATA })).toThrow(
      "has a caBundle beside it that is no PEM text; give the certificate from -----BEGIN CERTIFICATE-----",
    );
  });

  test("needs nothing of the kubeconfig when both parts are given", () => {
    expect(endpointOf({}, { apiServer: "https://api.example", caBundle: PEM }).server).toBe(
      "https://api.example",
    );
  });

  test("has the name that the kubeconfig expects in the certificate, unless it is overridden", () => {
    const named = { ...reachable("a"), "tls-server-name": "api.internal" };
    expect(endpointOf(named).tlsServerName).toBe("api.internal");
    expect(endpointOf(named, { tlsServerName: "api.example" }).tlsServerName).toBe("api.example");
    expect(endpointOf(reachable("a"))).not.toHaveProperty("tlsServerName");
  });

  test("is not verified by a kubeconfig's insecure-skip-tls-verify, only by a CA of its own", () => {
    const insecure = { server: "https://a", "insecure-skip-tls-verify": true };
    expect(() => endpointOf(insecure)).toThrow(
      'does not verify the API of cluster "a" (insecure-skip-tls-verify), over which others would send their credential to anybody; set caBundle',
    );
    expect(endpointOf(insecure, { caBundle: PEM }).server).toBe("https://a");
    expect(endpointOf({ ...reachable("a"), "insecure-skip-tls-verify": false }).caData).toBe(CA_DATA);
  });

  test.each([
    ["a server", { "certificate-authority-data": CA_DATA }, 'names no server for cluster "a"; set apiServer'],
    ["a CA", { server: "https://a" }, 'has no inline CA for cluster "a"; set caBundle to its PEM text'],
    [
      "an inline CA",
      { server: "https://a", "certificate-authority": "/pki/ca.crt" },
      'has no inline CA for cluster "a" (only the file /pki/ca.crt, which no other cluster can read); set caBundle',
    ],
  ])("cannot be had without %s", (_, cluster, message) => {
    expect(() => endpointOf(cluster)).toThrow(KubeconfigError);
    expect(() => endpointOf(cluster)).toThrow(message);
  });
});
