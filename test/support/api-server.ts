import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import { TimedKubeConfig } from "../../ops/timed-kube-config";

/** What a request is answered with: an object with 200, a number as a Status with that code, nothing never. */
export type Answer = object | number | undefined;

/** A small HTTP server in the place of a Kubernetes API server. */
export class ApiServer {
  /** Method and URL of each request, and its body if it has one. */
  public readonly requests: string[] = [];
  private readonly server: Server;

  private constructor(answer: (method: string, path: string, query: URLSearchParams) => Answer) {
    this.server = createServer((request, response) => {
      void (async () => {
        const { method = "", url = "" } = request;
        this.requests.push([method, url, await text(request)].filter(Boolean).join(" "));
        const { pathname, searchParams } = urlOf(request);
        const body = answer(method, pathname, searchParams);
        if (body === undefined) return;
        const code = typeof body === "number" ? body : 200;
        const json = typeof body === "number" ? { kind: "Status", code, message: `answer ${code}` } : body;
        response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(json));
      })();
    });
  }

  public static async start(
    answer: (method: string, path: string, query: URLSearchParams) => Answer,
  ): Promise<ApiServer> {
    const api = new ApiServer(answer);
    api.server.listen(0, "127.0.0.1");
    await once(api.server, "listening");
    return api;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The requests that change something. */
  public get changes(): string[] {
    return this.requests.filter((request) => !request.startsWith("GET "));
  }

  public kubeConfig(callSeconds?: number): KubeConfig {
    const kubeConfig = new TimedKubeConfig(callSeconds);
    kubeConfig.loadFromClusterAndUser({ name: "c", server: this.url, skipTLSVerify: true }, { name: "u" });
    return kubeConfig;
  }

  public stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function urlOf({ url = "" }: IncomingMessage): URL {
  return new URL(url, "http://localhost");
}
