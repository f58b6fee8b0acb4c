import { readFileSync } from "node:fs";
import type {
  Configuration,
  CoreV1Api,
  KubeConfig,
  RequestContext,
  ResponseContext,
} from "@kubernetes/client-node";
import { parse } from "yaml";
import { proxyFor } from "./environment-proxy";

/** Asks of a list for its objects' metadata alone, and so for nothing that is in Secrets. */
export const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

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

/** An answer that is nobody's of Kubernetes. The library would make an empty object of it. */
class NoApiError extends Error {
  override readonly name = "NoApiError";

  public constructor(contentType: string) {
    super(`answered with ${contentType}, which no API server does`);
  }
}

/** A credential plugin that takes too long, as one that waits for somebody to log in. */
class PluginTimeoutError extends Error {
  override readonly name = "PluginTimeoutError";
}

/** Those of clouds take seconds each, and with many clusters as many start at once. */
const PLUGIN_LIMIT_MS = 60_000;

/**
 * Runs a kubeconfig's credential plugin, if it has one. The library keeps what that says, so that the time limits of calls
 * are the API server's alone.
 */
export async function runPlugin(config: KubeConfig, limitMs = PLUGIN_LIMIT_MS): Promise<void> {
  const user = config.getCurrentUser();
  if (user?.exec === undefined && user?.authProvider === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new PluginTimeoutError(`the credential plugin has not ended within ${limitMs / 1000} s`);
    timer = setTimeout(() => reject(error), limitMs);
  });
  try {
    await Promise.race([config.applyToHTTPSOptions({}), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A kubeconfig whose credential is there. */
export async function openKubeconfig(
  { KubeConfig }: Pick<Library, "KubeConfig">,
  text: string,
  pluginLimitMs?: number,
): Promise<KubeConfig> {
  const config = new KubeConfig();
  loadKubeconfig(config, text);
  await runPlugin(config, pluginLimitMs);
  return config;
}

/**
 * Settings of the one client that asks a kubeconfig's cluster.
 *
 * @param timeLimit - for all of its calls together, once there is a credential: ms
 */
export async function endingAfter(
  library: Library,
  kubeconfig: string,
  timeLimit: number,
): Promise<Configuration> {
  const config = await openKubeconfig(library, kubeconfig);
  const limit = AbortSignal.timeout(timeLimit);
  return endingBy(library, config, () => limit);
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
    post: async (context: ResponseContext) => {
      const { httpStatusCode, headers } = context;
      const type = headers["content-type"] ?? "no content type";
      if (httpStatusCode < 300 && !type.startsWith("application/json")) throw new NoApiError(type);
      return context;
    },
  };
  return createConfiguration({
    baseServer: new ServerConfiguration(kubeConfig.getCurrentCluster()?.server ?? "", {}),
    authMethods: { default: kubeConfig },
    promiseMiddleware: [ending],
  });
}

/** How long the answer to one question may take, once there is a credential. */
const ANSWER_MS = 5000;

/** An object of a cluster; nothing where there is none, and of a server that does not answer, or not to this user. */
export async function lookFor<T>(
  kubeconfig: string,
  read: (api: CoreV1Api) => Promise<T>,
): Promise<T | undefined> {
  const library = await import("@kubernetes/client-node");
  try {
    const settings = await endingAfter(library, kubeconfig, ANSWER_MS);
    return await read(new library.CoreV1Api(settings));
  } catch {
    return undefined;
  }
}
