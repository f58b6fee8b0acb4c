import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { KubeConfig } from "@kubernetes/client-node";
import { afterEach, describe, expect, test } from "vitest";
import { disown } from "../../../ops/field-managers";

const OBJECT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "gateway", namespace: "istio" },
};
const RESOURCES = {
  kind: "APIResourceList",
  groupVersion: "apps/v1",
  resources: [{ name: "deployments", kind: "Deployment", namespaced: true, verbs: ["get", "patch"] }],
};
const MANAGERS = ["pulumi-kubernetes-first", "pulumi-kubernetes-second", "kubelet"];

describe("an object that was created twice", () => {
  let server: Server;
  afterEach(() => server.close());

  /** An API server whose object a controller changes `conflicts` times just before it is patched. */
  async function apiServer(conflicts: number): Promise<{ kubeConfig: KubeConfig; patches: unknown[] }> {
    const patches: unknown[] = [];
    let version = 1;
    server = createServer((request, response) => {
      void (async () => {
        const answer = (status: number, body: object) => {
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
        };
        if (request.url === "/apis/apps/v1") return answer(200, RESOURCES);
        const managedFields = MANAGERS.map((manager) => ({ manager }));
        const live = {
          ...OBJECT,
          metadata: { ...OBJECT.metadata, resourceVersion: `${version}`, managedFields },
        };
        if (request.method === "GET") return answer(200, live);
        if (version <= conflicts) {
          version += 1;
          return answer(409, { kind: "Status", code: 409 });
        }
        patches.push(await json(request));
        answer(200, live);
      })();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const kubeConfig = new KubeConfig();
    const { port } = server.address() as AddressInfo;
    kubeConfig.loadFromClusterAndUser(
      { name: "c", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: "u" },
    );
    return { kubeConfig, patches };
  }

  test.each([0, 2])(
    "keeps the manager of its state only, though changed %i times meanwhile",
    async (conflicts) => {
      const { kubeConfig, patches } = await apiServer(conflicts);
      const object = { ...OBJECT, cluster: "cluster1", currentManager: "pulumi-kubernetes-second" };
      expect(await disown(object, kubeConfig)).toEqual([
        "cluster1: released Deployment gateway from the field manager of an interrupted create",
      ]);
      expect(patches).toEqual([
        expect.objectContaining({
          metadata: expect.objectContaining({
            resourceVersion: `${conflicts + 1}`,
            managedFields: [{ manager: "pulumi-kubernetes-second" }, { manager: "kubelet" }],
          }),
        }),
      ]);
    },
  );
});
