import { expect, onTestFinished, test, vi } from "vitest";
import { lookAt } from "../../../stacks/mesh/live";
import { ApiServer } from "../../support/api-server";
import {
  apiServer,
  closedAddress,
  insecureKubeconfig,
  loginPage,
  slowPlugin,
} from "../../support/served-namespaces";

const LIMIT_MS = 300;

test("an API server tells what cluster it is of, and whose", async () => {
  const owner = "project/stack/cluster1";
  const server = await apiServer("cluster1", {
    "kube-system": { uid: "1" },
    "istio-system": { uid: "2", owner },
  });
  expect(await lookAt(server)).toEqual({ uid: "1", namespace: { uid: "2", owner } });
});

test("a namespace that is not there is told from one that is nobody's", async () => {
  expect(await lookAt(await apiServer("cluster1", { "kube-system": { uid: "1" } }))).toEqual({
    uid: "1",
    namespace: {},
  });
  const unmarked = await apiServer("cluster1", { "istio-system": { uid: "2" } });
  expect((await lookAt(unmarked)).namespace).toEqual({ uid: "2" });
});

test("the Secrets are told from which istiods may have clusters, without those that are superseded", async () => {
  const superseded = { "istio-multicluster/superseded": "true" };
  const secrets = { one: {}, two: superseded, three: { "istio-multicluster/clusters": "a,b" } };
  const live = await lookAt(await apiServer("cluster1", { "kube-system": { uid: "1" }, secrets }));
  expect(live.remoteSecrets).toEqual({ one: [], three: ["a", "b"] });
});

test("no Secrets are told from Secrets that may not be read", async () => {
  const live = await lookAt(await apiServer("cluster1", { "kube-system": { uid: "1" }, secrets: {} }));
  expect(live).toEqual({ uid: "1", namespace: {}, remoteSecrets: {} });
});

test("an API that only a proxy of the environment reaches is asked by it", async () => {
  const proxy = await ApiServer.start((_, path) =>
    path.endsWith("/kube-system") ? { kind: "Namespace", metadata: { uid: "1" } } : 404,
  );
  onTestFinished(() => {
    proxy.stop();
    vi.unstubAllEnvs();
  });
  for (const name of ["HTTP_PROXY", "http_proxy"]) vi.stubEnv(name, proxy.url);
  for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "");
  const { uid } = await lookAt(insecureKubeconfig("cluster1", "http://api.internal.example"));
  expect(uid).toBe("1");
  expect(proxy.requests[0]).toContain("http://api.internal.example/api/v1/namespaces/");
});

test("nothing is known of what may not be read", async () => {
  const server = await apiServer("cluster1", { "kube-system": 403, "istio-system": 403 });
  expect(await lookAt(server)).toEqual({});
});

test("a fault of this program is told as what it is, where the API server has answered", async () => {
  const odd = { one: { "istio-multicluster/clusters": 1 as unknown as string } };
  const server = await apiServer("cluster1", { "kube-system": { uid: "1" }, secrets: odd });
  await expect(lookAt(server)).rejects.toThrow(/split is not a function/);
});

test("the page of a proxy that wants a login is no such fault", async () => {
  const live = await lookAt(insecureKubeconfig("cluster1", await loginPage()));
  expect(live).toEqual({
    silence:
      "gives no answer of an API server, but one such as of a proxy that wants a login; log in to the proxy on the way there, or correct the server of the kubeconfig",
  });
});

test("credentials that are not accepted are told from rights that are not there", async () => {
  const server = await apiServer("cluster1", { "kube-system": 401, "istio-system": 401 });
  expect(await lookAt(server)).toEqual({
    silence: expect.stringMatching(/^does not accept who asks \(HTTP 401\); renew the kubeconfig/),
  });
});

test("the time that a credential plugin takes is not the API server's", async () => {
  const server = await apiServer(
    "cluster1",
    { "kube-system": { uid: "1" } },
    () => {},
    slowPlugin(3 * LIMIT_MS),
  );
  expect(await lookAt(server, LIMIT_MS)).toMatchObject({ uid: "1" });
});

test.each([
  [
    "does not answer",
    "no answer in time",
    async () => apiServer("cluster1", { "kube-system": "silent", "istio-system": "silent" }),
  ],
  ["is not there", "ECONNREFUSED", async () => insecureKubeconfig("cluster1", await closedAddress())],
  [
    "waits for its credential plugin",
    "credential plugin has not ended",
    async () =>
      insecureKubeconfig("cluster1", "http://127.0.0.1:1", {
        exec: { apiVersion: "client.authentication.k8s.io/v1", command: "sleep", args: ["2"] },
      }),
  ],
  [
    "has a credential plugin that is not installed",
    "ENOENT",
    async () =>
      insecureKubeconfig("cluster1", "http://127.0.0.1:1", {
        exec: { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-plugin", args: ["s3cret"] },
      }),
  ],
  ["has no kubeconfig", "", async () => "{}"],
])("nothing is known of an API server that %s, but why, and soon", async (_, why, kubeconfig) => {
  const text = await kubeconfig();
  const start = Date.now();
  const live = await lookAt(text, LIMIT_MS, LIMIT_MS);
  expect(live).toEqual({ silence: expect.stringContaining(why) });
  expect(live.silence).not.toContain("s3cret");
  expect(Date.now() - start).toBeLessThan(LIMIT_MS + 1500);
});
