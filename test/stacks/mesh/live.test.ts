import { expect, test } from "vitest";
import { lookAt } from "../../../stacks/mesh/live";
import { apiServer, insecureKubeconfig } from "../../support/served-namespaces";

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

test("nothing is known of what may not be read", async () => {
  const server = await apiServer("cluster1", { "kube-system": 403, "istio-system": 401 });
  expect(await lookAt(server)).toEqual({});
});

test.each([
  [
    "does not answer",
    async () => apiServer("cluster1", { "kube-system": "silent", "istio-system": "silent" }),
  ],
  ["is not there", async () => insecureKubeconfig("cluster1", "http://127.0.0.1:1")],
  [
    "waits for its credential plugin",
    async () =>
      insecureKubeconfig("cluster1", "http://127.0.0.1:1", {
        exec: { apiVersion: "client.authentication.k8s.io/v1", command: "sleep", args: ["2"] },
      }),
  ],
  ["has no kubeconfig", async () => "{}"],
])("nothing is known of an API server that %s, and soon", async (_, kubeconfig) => {
  const text = await kubeconfig();
  const start = Date.now();
  expect(await lookAt(text, LIMIT_MS)).toEqual({});
  expect(Date.now() - start).toBeLessThan(LIMIT_MS + 1500);
});
