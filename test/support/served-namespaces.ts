import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type Answer, ApiServer } from "./api-server";
import { kubeconfig } from "./kubeconfigs";

/** A namespace as an API server has it, the status with which it refuses to tell, or silence. */
type ServedNamespace = { uid: string; owner?: string; isGoing?: true } | number | "silent";

/** What an API server answers; a namespace that is not there is not found. */
export interface ServedNamespaces {
  readonly "kube-system"?: ServedNamespace;
  readonly "istio-system"?: ServedNamespace;
  /** Annotations of the remote secrets in istio-system by name. @default - none can be listed */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Starts an API server for one test that knows these two namespaces and remote secrets only.
 *
 * @param onRequest - called at each request
 * @param user - who asks. Default: nobody in particular
 * @returns its kubeconfig
 */
export async function apiServer(
  name: string,
  namespaces: ServedNamespaces,
  onRequest: () => void = () => {},
  user?: Record<string, unknown>,
): Promise<string> {
  const server = await ApiServer.start((_, path) => {
    onRequest();
    const [wanted] = (path.split("/").at(-1) ?? "").split("?") as [
      "kube-system" | "istio-system" | "secrets",
    ];
    if (wanted === "secrets") return listOf(namespaces.secrets);
    return answerOf(wanted, namespaces[wanted] ?? 404);
  });
  onTestFinished(() => server.stop());
  return insecureKubeconfig(name, server.url, user);
}

/** The address of an API server that was there, so that connections to it are refused. */
export async function closedAddress(): Promise<string> {
  const server = await ApiServer.start(() => 404);
  const { url } = server;
  server.stop();
  return url;
}

/** The address of a proxy that answers whatever is asked with a page by which it wants a login, for one test. */
export async function loginPage(): Promise<string> {
  const proxy = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>s3cret</html>");
  });
  proxy.listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await once(proxy, "listening");
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** A kubeconfig without TLS, which the client takes only with a word of its own. */
export function insecureKubeconfig(name: string, server: string, user?: Record<string, unknown>): string {
  const cluster = { server, "insecure-skip-tls-verify": true };
  return kubeconfig([{ name, cluster, ...(user ? { user } : {}) }], { "current-context": name });
}

/** A user whose token comes from a plugin that takes its time, as those of clouds do where many start at once. */
export function slowPlugin(milliseconds: number): Record<string, unknown> {
  const apiVersion = "client.authentication.k8s.io/v1";
  const credential = { apiVersion, kind: "ExecCredential", status: { token: "token" } };
  const script = `sleep ${milliseconds / 1000}; echo '${JSON.stringify(credential)}'`;
  return { exec: { apiVersion, command: "sh", args: ["-c", script] } };
}

function listOf(secrets: ServedNamespaces["secrets"]): Answer {
  if (secrets === undefined) return 403;
  const items = Object.entries(secrets).map(([name, annotations]) => ({ metadata: { name, annotations } }));
  // As an API server does, for this kind alone: no items are null.
  const some = items.length > 0 ? items : null;
  return { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadataList", metadata: {}, items: some };
}

function answerOf(name: string, found: ServedNamespace): Answer {
  if (found === "silent") return undefined;
  if (typeof found === "number") return found;
  const { uid, owner, isGoing } = found;
  const annotations = owner === undefined ? {} : { "istio-multicluster/owner": owner };
  const going = isGoing ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {};
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, uid, annotations, ...going } };
}
