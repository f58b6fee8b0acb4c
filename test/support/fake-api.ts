import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What an API server says of itself, by path, as far as Helm and Pulumi's provider ask before they render a chart. */
const ANSWERS: Record<string, object> = {
  "/version": { major: "1", minor: "99", gitVersion: "v1.99.0" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: ["admissionregistration.k8s.io", "gateway.networking.k8s.io"].map((name) => {
      const version = { groupVersion: `${name}/v1`, version: "v1" };
      return { name, versions: [version], preferredVersion: version };
    }),
  },
  "/api/v1": list("v1", "Pod", true),
  "/apis/admissionregistration.k8s.io/v1": list(
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicy",
    false,
    "ValidatingAdmissionPolicyBinding",
  ),
  "/apis/gateway.networking.k8s.io/v1": list("gateway.networking.k8s.io/v1", "Gateway", true),
};

function list(groupVersion: string, kind: string, namespaced: boolean, ...others: string[]): object {
  const resources = [kind, ...others].map((own) => {
    return { kind: own, name: own.toLowerCase(), singularName: "", namespaced, verbs: ["list"] };
  });
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}

/** The API server of a cluster that is newer than any, and has kinds that not every cluster has. */
export class FakeApi {
  /** Paths that it was asked for. */
  public readonly asked = new Set<string>();

  private constructor(private readonly server: Server) {}

  public static async start(): Promise<FakeApi> {
    const server = createServer();
    const api = new FakeApi(server);
    server.on("request", ({ url = "" }, response) => {
      const [path = ""] = url.split("?");
      api.asked.add(path);
      const answer = ANSWERS[path];
      response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer ?? { kind: "Status", apiVersion: "v1", code: 404 }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return api;
  }

  public get kubeconfig(): string {
    const { port } = this.server.address() as AddressInfo;
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: "fake", user: {} }],
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
      "current-context": "fake",
    });
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
