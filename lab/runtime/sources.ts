import { setTimeout as sleep } from "node:timers/promises";
import {
  CoreV1Api,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  ListWatch,
  type V1ConfigMap,
  type V1Pod,
  type V1Secret,
  type V1Service,
  Watch,
} from "@kubernetes/client-node";

const RESTART_DELAY_MS = 1000;

/** Keys and contents of ConfigMaps and Secrets. */
export interface ObjectSource {
  configMap(namespace: string, name: string, optional?: boolean): Record<string, Buffer>;
  secret(namespace: string, name: string, optional?: boolean): Record<string, Buffer>;
}

/** The runtime's view of the cluster: watched, never polled. */
export class ClusterSources implements ObjectSource {
  readonly pods: ListWatch<V1Pod>;
  readonly services: ListWatch<V1Service>;
  readonly configMaps: ListWatch<V1ConfigMap>;
  readonly secrets: ListWatch<V1Secret>;

  constructor(kubeConfig: KubeConfig, node: string) {
    const core = kubeConfig.makeApiClient(CoreV1Api);
    const watch = new Watch(kubeConfig);
    const create = <T extends KubernetesObject>(
      resource: string,
      list: () => Promise<KubernetesListObject<T>>,
      fieldSelector?: string,
    ) => new ListWatch<T>(`/api/v1/${resource}`, watch, list, false, undefined, fieldSelector);
    const fieldSelector = `spec.nodeName=${node}`;
    this.pods = create("pods", () => core.listPodForAllNamespaces({ fieldSelector }), fieldSelector);
    this.services = create("services", () => core.listServiceForAllNamespaces());
    this.configMaps = create("configmaps", () => core.listConfigMapForAllNamespaces());
    this.secrets = create("secrets", () => core.listSecretForAllNamespaces());
  }

  /** Starts the watches, those that pods depend on first. */
  async start(): Promise<void> {
    await keepWatching(this.configMaps);
    await keepWatching(this.secrets);
    await keepWatching(this.services);
    await keepWatching(this.pods);
  }

  configMap(namespace: string, name: string, optional?: boolean): Record<string, Buffer> {
    const found = this.configMaps.get(name, namespace);
    if (found === undefined) return missing("configmap", namespace, name, optional);
    return {
      ...mapValues(found.data, (text) => Buffer.from(text)),
      ...mapValues(found.binaryData, (text) => Buffer.from(text, "base64")),
    };
  }

  secret(namespace: string, name: string, optional?: boolean): Record<string, Buffer> {
    const found = this.secrets.get(name, namespace);
    if (found === undefined) return missing("secret", namespace, name, optional);
    return mapValues(found.data, (text) => Buffer.from(text, "base64"));
  }
}

/** A ListWatch stops at the first error, such as an API server that is down. This one goes on. */
async function keepWatching<T extends KubernetesObject>(watch: ListWatch<T>): Promise<void> {
  watch.on("error", () => {
    void sleep(RESTART_DELAY_MS).then(() => watch.start());
  });
  await watch.start();
}

function missing(kind: string, namespace: string, name: string, optional?: boolean): Record<string, Buffer> {
  if (optional) return {};
  throw new Error(`${kind} ${namespace}/${name} not found`);
}

function mapValues<T, U>(map: Record<string, T> = {}, convert: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, convert(value)]));
}
