import type { Configuration, KubeConfig, RequestContext, ResponseContext } from "@kubernetes/client-node";

/** What of the client library is needed. Handed in, since a program loads it only where it asks a cluster. */
type Library = Pick<
  typeof import("@kubernetes/client-node"),
  "createConfiguration" | "KubeConfig" | "ServerConfiguration"
>;

/** Settings of the one client that asks a kubeconfig's cluster. @param signal - ends every call */
export function endingFor(library: Library, kubeconfig: string, signal: AbortSignal): Configuration {
  const config = new library.KubeConfig();
  config.loadFromString(kubeconfig);
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
