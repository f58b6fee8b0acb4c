import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject, V1Status } from "@kubernetes/client-node";
import { type WebSocket, WebSocketServer } from "ws";
import type { Serving } from "./serving";

/** What was asked of an API server, in the terms of its access rules. */
export interface ApiCall {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, as `pods/exec`; the path of what is no resource. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly token: string | undefined;
  readonly query: URLSearchParams;
}

/** A command in a container, as a kubelet is asked for it. */
export interface FakeExec {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
}

/** What a fake API server serves. */
export interface FakeContent {
  /** Objects of a resource; what is not in it is not found. */
  objects(resource: string): readonly KubernetesObject[];
  /** Whether the caller may do this. */
  allows(call: ApiCall): boolean;
  /** Standard output of a command; what it throws is the command's failure. */
  exec(exec: FakeExec): string | Promise<string>;
}

const STDOUT = 1;
const STATUS = 3;

/** An API server with the kubelets behind it: lists in pages, gets, dry runs and commands in pods. */
export class FakeApiServer {
  public readonly calls: ApiCall[] = [];
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: ([first]) => first ?? false,
  });

  public constructor(
    private readonly content: FakeContent,
    private readonly delayMs: number,
    public readonly serving: Serving,
  ) {
    this.server = createServer({ ...serving }, (request, response) => {
      void this.answer(request).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      });
    });
    this.server.on("upgrade", (request, socket, head) => {
      void this.upgrade(request, (accept) => {
        if (accept === undefined) socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
        else this.sockets.handleUpgrade(request, socket, head, accept);
      });
    });
  }

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  public async stop(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  public get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const call = this.record(request);
    const body = request.method === "POST" ? await textOf(request) : "";
    await sleep(this.delayMs);
    if (!this.content.allows(call)) return failure(403, `${call.verb} ${call.resource} is forbidden`);
    if (call.verb === "create") return { status: 201, body: injected(JSON.parse(body)) };
    if (call.resource.startsWith("/")) return { status: 200, body: "ok" };
    const found = this.content.objects(call.resource).filter((object) => isMeant(object, call));
    if (call.verb === "list") return { status: 200, body: page(found, call.query) };
    const [object] = found;
    return object === undefined ? failure(404, `${call.name} not found`) : { status: 200, body: object };
  }

  private async upgrade(
    request: IncomingMessage,
    decide: (accept?: (socket: WebSocket) => void) => void,
  ): Promise<void> {
    const call = this.record(request);
    await sleep(this.delayMs);
    // Since Kubernetes 1.35 a WebSocket needs "create" as well.
    if (!["get", "create"].every((verb) => this.content.allows({ ...call, verb }))) return decide();
    const { namespace = "", name: pod = "", query } = call;
    const exec = {
      namespace,
      pod,
      container: query.get("container") ?? "",
      command: query.getAll("command"),
    };
    decide((socket) => void this.run(exec, socket));
  }

  private async run(exec: FakeExec, socket: WebSocket): Promise<void> {
    const send = (channel: number, text: string) => {
      socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
    };
    const status = (content: V1Status) => send(STATUS, JSON.stringify(content));
    try {
      send(STDOUT, await this.content.exec(exec));
      status({ status: "Success" });
    } catch (error) {
      status({ status: "Failure", message: String((error as Error).message) });
    }
    socket.close();
  }

  private record(request: IncomingMessage): ApiCall {
    const call = readCall(request);
    this.calls.push(call);
    return call;
  }
}

function readCall({ url = "", method, headers }: IncomingMessage): ApiCall {
  const { pathname, searchParams: query } = new URL(url, "http://api");
  const token = headers.authorization?.replace("Bearer ", "");
  const rest = { token, query };
  const match =
    /^\/(?:api|apis\/([^/]+))\/v1(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(\/\w+)?$/.exec(
      pathname,
    );
  if (match === null) {
    return { verb: "get", group: "", resource: pathname, namespace: undefined, name: undefined, ...rest };
  }
  const [, group = "", namespace, resource = "", name, subresource = ""] = match;
  const verb = method === "POST" ? "create" : name === undefined ? "list" : "get";
  return { verb, group, resource: resource + subresource, namespace, name, ...rest };
}

function isMeant({ metadata }: KubernetesObject, { namespace, name, query }: ApiCall): boolean {
  const wanted = (query.get("labelSelector") ?? "").split(",").filter(Boolean);
  return (
    (namespace === undefined || metadata?.namespace === namespace) &&
    (name === undefined || metadata?.name === name) &&
    wanted.every((label) => {
      const [key = "", value] = label.split("=");
      return metadata?.labels?.[key] === value;
    })
  );
}

/** A part of a list, as `limit` and `continue` ask for it. */
function page(items: readonly KubernetesObject[], query: URLSearchParams) {
  const from = Number(query.get("continue") ?? 0);
  const to = from + Number(query.get("limit") ?? items.length);
  return {
    kind: "List",
    metadata: to < items.length ? { continue: String(to) } : {},
    items: items.slice(from, to),
  };
}

function failure(code: number, message: string) {
  return { status: code, body: { kind: "Status", status: "Failure", code, message } };
}

function injected(pod: { spec: { containers: object[] } }): object {
  return { ...pod, spec: { containers: [...pod.spec.containers, { name: "istio-proxy" }] } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
