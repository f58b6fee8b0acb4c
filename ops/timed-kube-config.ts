import { KubeConfig, type RequestContext } from "@kubernetes/client-node";
import { describeError } from "../verify/kube/errors";

/** How long a call to a cluster's API may take. */
const CALL_SECONDS = 20;

/** A kubeconfig each of whose clients' calls ends in time: the generated clients wait for ever. */
export class TimedKubeConfig extends KubeConfig {
  public constructor(private readonly callSeconds = CALL_SECONDS) {
    super();
  }

  // Each client asks this of its kubeconfig for each of its calls.
  public override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const limit = new AbortController();
    const end = new Promise<never>((_, reject) => {
      // A credential plugin, which knows nothing of the signal, may wait for somebody to log in.
      limit.signal.addEventListener("abort", () => reject(limit.signal.reason as Error));
    });
    // Not AbortSignal.timeout(): the error of that one cannot be changed, and a client stumbles when it tries to.
    const late = new Error(`no answer within ${this.callSeconds} s`);
    setTimeout(() => limit.abort(late), this.callSeconds * 1000).unref();
    await Promise.race([super.applySecurityAuthentication(context), end]);
    context.setSignal(limit.signal);
  }
}

/** Does something in a cluster; an error of it names the cluster. */
export async function inCluster<T>(
  cluster: string,
  kubeConfig: KubeConfig,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const server = kubeConfig.getCurrentCluster()?.server ?? "(no server in the kubeconfig)";
    throw new Error(`cluster ${cluster} at ${server}: ${describeError(error)}`);
  }
}
