import { KubeConfig, type RequestContext } from "@kubernetes/client-node";
import { runPlugin } from "../stacks/mesh/kube-client";
import { describeError } from "../verify/kube/errors";

/** How long a call to a cluster's API may take. */
const CALL_SECONDS = 20;

/** A kubeconfig each of whose clients' calls ends in time: the generated clients wait for ever. */
export class TimedKubeConfig extends KubeConfig {
  /** @param pluginSeconds - how long a credential plugin may take besides. Default: {@link runPlugin}'s */
  public constructor(
    private readonly callSeconds = CALL_SECONDS,
    private readonly pluginSeconds?: number,
  ) {
    super();
  }

  // Each client asks this of its kubeconfig for each of its calls.
  public override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await runPlugin(this, this.pluginSeconds && this.pluginSeconds * 1000);
    const limit = new AbortController();
    // Not AbortSignal.timeout(): the error of that one cannot be changed, and a client stumbles when it tries to.
    const late = new Error(`no answer within ${this.callSeconds} s`);
    setTimeout(() => limit.abort(late), this.callSeconds * 1000).unref();
    await super.applySecurityAuthentication(context);
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
