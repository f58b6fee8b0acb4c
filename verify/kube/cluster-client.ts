import {
  Health,
  HttpMethod,
  KubeConfig,
  RequestContext,
  type V1ConfigMap,
  type V1EndpointSlice,
  type V1Namespace,
  type V1Pod,
  type V1Secret,
  type V1Service,
} from "@kubernetes/client-node";
import { faultOf } from "../../stacks/mesh/client-fault";
import { allPages, apisOf, CALL_SECONDS, timeLimit } from "./api";
import type { ClusterReader, Credential, ExecTarget, PodSelection } from "./cluster-reader";
import { CannotLookError, describeError, httpStatus, unlessMissing, UnreachableError } from "./errors";
import { execInPod } from "./exec";
import { limited } from "./limit";
import { Memo } from "./memo";

/** How long a command in a pod may take that does not say otherwise. */
const EXEC_SECONDS = 20;

/** What is asked of one API server at the same time: verify is no reason for anybody else to wait. */
const PARALLEL = 8;

/**
 * Reads one cluster through its API server. Each object is read once and remembered, so that checks that share it see
 * the same state and an API that does not answer costs one time limit only. Commands in pods are not remembered.
 */
export class ClusterClient implements ClusterReader {
  public readonly server: string;
  private readonly apis: ReturnType<typeof apisOf>;
  private readonly memo = new Memo();
  private readonly inTurn = limited(PARALLEL);

  public constructor(
    public readonly name: string,
    private readonly kubeConfig: KubeConfig,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.server = kubeConfig.getCurrentCluster()?.server ?? "(no server in the kubeconfig)";
    this.apis = apisOf(kubeConfig, signal);
  }

  public ready(): Promise<boolean> {
    return this.memo.once("ready", async () => {
      try {
        // Runs a credential plugin, whose time is not the API server's.
        await this.kubeConfig.applySecurityAuthentication(new RequestContext(this.server, HttpMethod.GET));
        return await new Health(this.kubeConfig).readyz({ signal: timeLimit(CALL_SECONDS, this.signal) });
      } catch (error) {
        this.signal?.throwIfAborted();
        throw new UnreachableError(
          `the API of ${this.name} at ${this.server} does not answer: ${describeError(error)}; ` +
            faultOf(error).mend,
        );
      }
    });
  }

  public namespace(name: string): Promise<V1Namespace | undefined> {
    return this.find(`namespace ${name}`, () => this.apis.core.readNamespace({ name }));
  }

  public pods({ namespace, labels }: PodSelection): Promise<V1Pod[]> {
    const select = labels === undefined ? {} : { labelSelector: labels };
    const what = ["pods", labels, namespace === undefined ? "in all namespaces" : `in ${namespace}`];
    return this.read(what.filter(Boolean).join(" "), () =>
      allPages((part) =>
        namespace === undefined
          ? this.apis.core.listPodForAllNamespaces({ ...select, ...part })
          : this.apis.core.listNamespacedPod({ namespace, ...select, ...part }),
      ),
    );
  }

  public secret(namespace: string, name: string): Promise<V1Secret | undefined> {
    return this.find(`secret ${namespace}/${name}`, () =>
      this.apis.core.readNamespacedSecret({ namespace, name }),
    );
  }

  public secrets(namespace: string, labels: string): Promise<V1Secret[]> {
    return this.read(`secrets ${labels} in ${namespace}`, () =>
      allPages((part) => this.apis.core.listNamespacedSecret({ namespace, labelSelector: labels, ...part })),
    );
  }

  public configMap(namespace: string, name: string): Promise<V1ConfigMap | undefined> {
    return this.find(`configmap ${namespace}/${name}`, () =>
      this.apis.core.readNamespacedConfigMap({ namespace, name }),
    );
  }

  public service(namespace: string, name: string): Promise<V1Service | undefined> {
    return this.find(`service ${namespace}/${name}`, () =>
      this.apis.core.readNamespacedService({ namespace, name }),
    );
  }

  public endpointSlices(namespace: string, service: string): Promise<V1EndpointSlice[]> {
    const labelSelector = `kubernetes.io/service-name=${service}`;
    return this.read(`endpointslices of service ${namespace}/${service}`, () =>
      allPages((part) =>
        this.apis.discovery.listNamespacedEndpointSlice({ namespace, labelSelector, ...part }),
      ),
    );
  }

  public async exec(
    target: ExecTarget,
    command: readonly string[],
    limitSeconds = EXEC_SECONDS,
  ): Promise<string> {
    await this.ready();
    return this.inTurn(() =>
      execInPod(this.kubeConfig, target, command, timeLimit(limitSeconds, this.signal)),
    );
  }

  public async tryCredential({ caData, token }: Credential): Promise<void> {
    await this.ready();
    const known = this.kubeConfig.getCurrentCluster();
    if (known === null)
      throw new UnreachableError(`the kubeconfig given for ${this.name} has no current cluster`);
    const server =
      caData === undefined ? known : { ...known, caData, caFile: undefined, skipTLSVerify: false };
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(server, { name: "reader", token });
    await this.inTurn(() => apisOf(kubeConfig, this.signal).core.listNamespace({ limit: 1 }));
  }

  public async dryRun(namespace: string, pod: V1Pod): Promise<V1Pod> {
    await this.ready();
    return this.inTurn(() => this.apis.core.createNamespacedPod({ namespace, body: pod, dryRun: "All" }));
  }

  private read<T>(what: string, load: () => Promise<T>): Promise<T> {
    return this.memo.once(what, async () => {
      await this.ready();
      try {
        return await this.inTurn(load);
      } catch (error) {
        this.signal?.throwIfAborted();
        const mend =
          httpStatus(error) === 403 ? "docs/verify.md has the rights that verify needs" : faultOf(error).mend;
        throw new CannotLookError(`cannot read ${what} of ${this.name}: ${describeError(error)}; ${mend}`);
      }
    });
  }

  private find<T>(what: string, load: () => Promise<T>): Promise<T | undefined> {
    return this.read(what, () => unlessMissing(load()));
  }
}
