import { CoreV1Api, type KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { inCluster, TimedKubeConfig } from "../../../ops/timed-kube-config";
import { verifyMesh } from "../../../verify";
import { planMesh } from "../../../components";
import { ApiServer } from "../../support/api-server";
import { insecureKubeconfig, slowPlugin } from "../../support/served-namespaces";
import { mesh } from "../../support/specs";

describe("a cluster whose API never answers", () => {
  let api: ApiServer;
  afterEach(() => api.stop());

  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } };
  const calls: Record<string, (access: KubeConfig) => Promise<unknown>> = {
    CoreV1Api: (access) => access.makeApiClient(CoreV1Api).listPodForAllNamespaces(),
    KubernetesObjectApi: (access) => KubernetesObjectApi.makeApiClient(access).read(secret),
  };

  test.each(Object.entries(calls))("ends a call of %s in an error that names it", async (_, call) => {
    api = await ApiServer.start(() => undefined);
    const access = api.kubeConfig(0.2);
    await expect(inCluster("cluster7", access, () => call(access))).rejects.toThrow(
      new RegExp(`^cluster cluster7 at ${api.url}: .*no answer within 0.2 s$`),
    );
  });

  test("keeps the server's own words of a refusal", async () => {
    api = await ApiServer.start(() => 403);
    const access = api.kubeConfig();
    const pods = () => access.makeApiClient(CoreV1Api).listPodForAllNamespaces();
    await expect(inCluster("cluster7", access, pods)).rejects.toThrow(
      `cluster cluster7 at ${api.url}: HTTP 403: answer 403`,
    );
  });
});

test("a credential plugin that waits for somebody ends verify's look at its cluster, in time", async () => {
  const access = new TimedKubeConfig(20, 0.2);
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "sleep", args: ["3"] };
  access.loadFromClusterAndUser(
    { name: "c", server: "http://127.0.0.1:1", skipTLSVerify: true },
    { name: "u", exec },
  );
  const begun = Date.now();
  const report = await verifyMesh(planMesh(mesh(1)), new Map([["cluster1", access]]), { only: ["api"] });
  expect(Date.now() - begun).toBeLessThan(2500);
  expect(report.checks.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(
      /^the API of cluster1 at http:\/\/127\.0\.0\.1:1 does not answer: the credential plugin has not ended within 0\.2 s; run kubectl/,
    ),
  ]);
});

test("the time that a credential plugin takes is not the API server's", async () => {
  const api = await ApiServer.start(() => ({ kind: "PodList", apiVersion: "v1", metadata: {}, items: [] }));
  onTestFinished(() => api.stop());
  const access = new TimedKubeConfig(0.3);
  access.loadFromString(insecureKubeconfig("cluster1", api.url, slowPlugin(900)));
  const { items } = await access.makeApiClient(CoreV1Api).listPodForAllNamespaces();
  expect(items).toEqual([]);
});
