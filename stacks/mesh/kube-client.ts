import type { Configuration, KubeConfig, RequestContext, ResponseContext } from "@kubernetes/client-node";

/** What of the client library is needed. Handed in, since a program loads it only where it asks a cluster. */
type Library = Pick<typeof import("@kubernetes/client-node"), "createConfiguration" | "ServerConfiguration">;

/**
 * Settings of a client whose calls end by a signal: the generated clients have no time limit.
 *
 * @param signal - asked at each call
 */
export function endingBy(
  { createConfiguration, ServerConfiguration }: Library,
  kubeConfig: KubeConfig,
  signal: () => AbortSignal,
): Configuration {
  const ending = {
    pre: async (context: RequestContext) => {
      context.setSignal(signal());
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
