import { describeError } from "./api-errors";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ApiException,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  type V1PodStatus,
} from "@kubernetes/client-node";

const RETRY_MS = 1000;

interface Entry {
  pod: V1Pod;
  status: Partial<V1PodStatus>;
}

/** Writes pod statuses: one request per pod at a time, and only the latest state of each. */
export class StatusWriter {
  private readonly core: CoreV1Api;
  private readonly waiting = new Map<string, Entry>();
  private readonly busy = new Set<string>();

  constructor(kubeConfig: KubeConfig) {
    this.core = kubeConfig.makeApiClient(CoreV1Api);
  }

  write(pod: V1Pod, status: Partial<V1PodStatus>): void {
    const uid = pod.metadata!.uid!;
    this.waiting.set(uid, { pod, status });
    if (!this.busy.has(uid)) void this.drain(uid);
  }

  private async drain(uid: string): Promise<void> {
    this.busy.add(uid);
    // What changes in the same turn goes out in one request.
    await sleep(0);
    for (let entry = this.waiting.get(uid); entry !== undefined; entry = this.waiting.get(uid)) {
      this.waiting.delete(uid);
      if (await this.send(entry)) continue;
      if (!this.waiting.has(uid)) this.waiting.set(uid, entry);
      await sleep(RETRY_MS);
    }
    this.busy.delete(uid);
  }

  /** Whether the status has arrived or nobody wants it any more. */
  private async send({ pod, status }: Entry): Promise<boolean> {
    const { name, namespace, uid } = pod.metadata!;
    try {
      await this.core.patchNamespacedPodStatus(
        // The UID keeps the status of a pod that is gone away from its successor of the same name.
        { name: name!, namespace: namespace!, body: { metadata: { uid }, status } },
        setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
      );
      return true;
    } catch (error) {
      const gone = error instanceof ApiException && (error.code === 404 || error.code === 409);
      if (!gone) console.error(`status of pod ${namespace}/${name}:`, describeError(error));
      return gone;
    }
  }
}
