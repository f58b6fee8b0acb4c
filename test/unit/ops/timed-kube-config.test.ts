import { CoreV1Api, type KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { afterEach, describe, expect, test } from "vitest";
import { inCluster } from "../../../ops/timed-kube-config";
import { ApiServer } from "../../support/api-server";

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
