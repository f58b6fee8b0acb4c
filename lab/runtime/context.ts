import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import type { RuntimeConfig } from "./config";
import type { Debugging } from "./debugging";
import type { ClusterSources } from "./sources";
import type { StatusWriter } from "./status-writer";

/** What all pods of the node share. */
export interface RuntimeContext {
  config: RuntimeConfig;
  kubeConfig: KubeConfig;
  sources: ClusterSources;
  statusWriter: StatusWriter;
  events: EventRecorder;
  debugging: Debugging;
}

/** Writes Events about pods. */
export class EventRecorder {
  private readonly core: CoreV1Api;

  constructor(
    kubeConfig: KubeConfig,
    private readonly node: string,
  ) {
    this.core = kubeConfig.makeApiClient(CoreV1Api);
  }

  record({ metadata }: V1Pod, type: "Normal" | "Warning", reason: string, message: string): void {
    const { name, namespace, uid } = metadata!;
    const now = new Date();
    const body = {
      metadata: { generateName: `${name}.`, namespace: namespace! },
      involvedObject: { apiVersion: "v1", kind: "Pod", name: name!, namespace: namespace!, uid: uid! },
      type,
      reason,
      message,
      source: { component: "lab-pod-runtime", host: this.node },
      reportingComponent: "lab-pod-runtime",
      reportingInstance: this.node,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    // Events are for readers: one that cannot be written is no reason to stop.
    void this.core.createNamespacedEvent({ namespace: namespace!, body }).catch(() => {});
  }
}
