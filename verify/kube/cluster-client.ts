import {
  CoreV1Api,
  createConfiguration,
  Health,
  type KubeConfig,
  type RequestContext,
  type ResponseContext,
  ServerConfiguration,
  type V1ConfigMap,
  type V1Pod,
  type V1Secret,
  type V1Service,
} from "@kubernetes/client-node";
import { describeError, httpStatus, UnreachableError } from "./errors";
import { SECRETS_PAGE } from "../proxy-certificates";
import { type ExecTarget, execInPod } from "./exec";

/** How long an API call may take. */
const CALL_SECONDS = 10;

/** How long a command in a pod may take that does not say otherwise. */
const EXEC_SECONDS = 20;

/**
 * Reads one cluster. Each thing is read once and remembered, so that checks that share it see the same state
 * and an API that does not answer costs one time limit only.
 */
export class ClusterClient {
  private readonly core: CoreV1Api;
  private readonly memo = new Map<string, Promise<unknown>>();

  public constructor(
    public readonly name: string,
    public readonly kubeConfig: KubeConfig,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.core = coreApi(kubeConfig, signal);
  }

  /**
   * Whether the API server calls itself ready.
   *
   * @throws {@link UnreachableError} when it does not answer
   */
  public ready(): Promise<boolean> {
    return this.once("ready", async () => {
      try {
        return await new Health(this.kubeConfig).readyz({ signal: timeLimit(CALL_SECONDS, this.signal) });
      } catch (error) {
        this.signal?.throwIfAborted();
        const server = this.kubeConfig.getCurrentCluster()?.server ?? "(no server in the kubeconfig)";
        throw new UnreachableError(
          `the API of ${this.name} at ${server} does not answer: ${describeError(error)}; ` +
            "check that the cluster runs, its address and this machine's way to it",
        );
      }
    });
  }

  public pods(namespace: string, labelSelector: string): Promise<V1Pod[]> {
    return this.read(`pods ${namespace} ${labelSelector}`, async () => {
      const { items } = await this.core.listNamespacedPod({ namespace, labelSelector });
      return items;
    });
  }

  /** The pods of all namespaces. */
  public allPods(): Promise<V1Pod[]> {
    return this.read("all pods", async () => (await this.core.listPodForAllNamespaces()).items);
  }

  public secret(namespace: string, name: string): Promise<V1Secret | undefined> {
    return this.read(`secret ${namespace}/${name}`, () =>
      ifFound(this.core.readNamespacedSecret({ namespace, name })),
    );
  }

  public configMap(namespace: string, name: string): Promise<V1ConfigMap | undefined> {
    return this.read(`configmap ${namespace}/${name}`, () =>
      ifFound(this.core.readNamespacedConfigMap({ namespace, name })),
    );
  }

  public service(namespace: string, name: string): Promise<V1Service | undefined> {
    return this.read(`service ${namespace}/${name}`, () =>
      ifFound(this.core.readNamespacedService({ namespace, name })),
    );
  }

  /** The page of an istiod on the clusters that it observes, from inside its pod: others would have to prove who they are. */
  public remoteClusters(target: ExecTarget): Promise<string> {
    return this.once(`remote clusters of ${target.namespace}/${target.pod}`, () =>
      this.exec(target, ["pilot-discovery", "request", "GET", "/debug/clusterz"]),
    );
  }

  /** Envoy's admin page `/clusters` of a pod with a sidecar. */
  public proxyClusters(target: ExecTarget): Promise<string> {
    return this.once(`clusters of ${target.namespace}/${target.pod}`, () =>
      this.exec(target, ["pilot-agent", "request", "GET", "clusters"]),
    );
  }

  /** Envoy's admin page of the secrets of a proxy. */
  public proxySecrets(target: ExecTarget): Promise<string> {
    return this.exec(target, ["pilot-agent", "request", "GET", SECRETS_PAGE]);
  }

  /** Standard output of a command in a container. Not remembered: a command may count. */
  public async exec(
    target: ExecTarget,
    command: readonly string[],
    limitSeconds = EXEC_SECONDS,
  ): Promise<string> {
    await this.ready();
    return execInPod(this.kubeConfig, target, command, timeLimit(limitSeconds, this.signal));
  }

  private read<T>(key: string, load: () => Promise<T>): Promise<T> {
    return this.once(key, async () => {
      await this.ready();
      try {
        return await load();
      } catch (error) {
        this.signal?.throwIfAborted();
        throw new Error(`cannot read ${key} of ${this.name}: ${describeError(error)}`);
      }
    });
  }

  private once<T>(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.memo.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const loading = load();
    this.memo.set(key, loading);
    return loading;
  }
}

/** The core API, each call with a time limit: the generated client has none. */
export function coreApi(kubeConfig: KubeConfig, signal?: AbortSignal): CoreV1Api {
  const limitTime = {
    pre: async (context: RequestContext) => {
      context.setSignal(timeLimit(CALL_SECONDS, signal));
      return context;
    },
    post: async (context: ResponseContext) => context,
  };
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(kubeConfig.getCurrentCluster()?.server ?? "", {}),
    authMethods: { default: kubeConfig },
    promiseMiddleware: [limitTime],
  });
  return new CoreV1Api(configuration);
}

function timeLimit(seconds: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(seconds * 1000);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}

async function ifFound<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (httpStatus(error) === 404) return undefined;
    throw error;
  }
}
