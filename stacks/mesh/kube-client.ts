import { readFileSync } from "node:fs";
import type { Configuration, KubeConfig, RequestContext, ResponseContext } from "@kubernetes/client-node";
import { parse } from "yaml";
import { proxyFor } from "./environment-proxy";

/** What of the client library is needed. Handed in, since a program loads it only where it asks a cluster. */
type Library = Pick<
  typeof import("@kubernetes/client-node"),
  "createConfiguration" | "KubeConfig" | "ServerConfiguration"
>;

/**
 * Takes a kubeconfig as Kubernetes' own clients do. The library alone knows neither the proxies of the environment nor
 * `tokenFile`, and so would not reach a cluster that Pulumi and kubectl reach.
 *
 * @param text - with a single context
 */
export function loadKubeconfig(config: KubeConfig, text: string, environment = process.env): void {
  config.loadFromString(text);
  config.clusters = config.clusters.map((cluster) => {
    const proxyUrl = cluster.proxyUrl ?? proxyFor(cluster.server, environment);
    return proxyUrl === undefined ? cluster : { ...cluster, proxyUrl };
  });
  const { users = [] } = parse(text) as { users?: readonly { user?: { tokenFile?: string } | null }[] };
  const [file] = users.map(({ user }) => user?.tokenFile);
  if (file === undefined) return;
  // Over a token that is there too, as Kubernetes' clients do it.
  const token = readFileSync(file, "utf8").trim();
  config.users = config.users.map((user) => ({ ...user, token }));
}

/** Settings of the one client that asks a kubeconfig's cluster. @param signal - ends every call */
export function endingFor(library: Library, kubeconfig: string, signal: AbortSignal): Configuration {
  const config = new library.KubeConfig();
  loadKubeconfig(config, kubeconfig);
  return endingBy(library, config, () => signal);
}

/**
 * Settings of a client whose calls end by a signal: the generated clients have no time limit.
 *
 * @param signal - asked at each call
 * @param headers - of each call
 */
export function endingBy(
  { createConfiguration, ServerConfiguration }: Omit<Library, "KubeConfig">,
  kubeConfig: KubeConfig,
  signal: () => AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Configuration {
  const ending = {
    pre: async (context: RequestContext) => {
      context.setSignal(signal());
      for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, value);
      return context;
    },
    post: async (context: ResponseContext) => context,
  };
  return createConfiguration({
    baseServer: new ServerConfiguration(kubeConfig.getCurrentCluster()?.server ?? "", {}),
    authMethods: { default: kubeConfig },
    promiseMiddleware: [ending],
  });
}

/**
 * Takes an answer for what was asked for only if it is an object of Kubernetes': the library makes an empty one of the page
 * by which a proxy on the way wants a login.
 */
export function checkedAnswer<T extends { readonly kind?: string }>(answer: T): T {
  if (answer.kind === undefined) throw new Error("not an answer of an API server");
  return answer;
}
