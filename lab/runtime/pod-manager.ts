import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { podAddresses } from "../network/addresses";
import type { RuntimeContext } from "./context";
import { graceSeconds, hasEnded, PodWorker } from "./pod";

const RETRY_MS = 1000;

/** All pods of the node: starts those that are bound to it, ends those that are deleted. */
export class PodManager {
  private readonly workers = new Map<string, PodWorker>();
  private readonly addresses: string[];
  private readonly core: CoreV1Api;

  constructor(private readonly context: RuntimeContext) {
    this.addresses = podAddresses(context.config.node.podCidr);
    this.core = context.kubeConfig.makeApiClient(CoreV1Api);
  }

  /**
   * Takes note of a change of a pod.
   *
   * @param current - the pod as it is now, or undefined if it is gone
   */
  onPod(pod: V1Pod, current: V1Pod | undefined): void {
    const worker = this.workers.get(pod.metadata!.uid!);
    this.endPredecessors(pod);
    if (current?.metadata!.uid !== pod.metadata!.uid) {
      if (worker !== undefined) void this.end(worker, 0);
    } else if (pod.metadata!.deletionTimestamp) {
      void this.delete(pod, worker);
    } else if (worker !== undefined) {
      worker.update(pod);
    } else if (!hasEnded(pod)) {
      this.start(pod);
    }
  }

  /** Takes note of a change of a ConfigMap or Secret. */
  onData(namespace: string, name: string): void {
    for (const worker of this.workers.values())
      if (worker.mounts(namespace, name)) void worker.refreshVolumes();
  }

  /** Takes note of a change of any Service. */
  onServices(): void {
    for (const worker of this.workers.values()) void worker.refreshHosts();
  }

  /** While the API server was away, a pod may have made room for another one of its name. */
  private endPredecessors(pod: V1Pod): void {
    for (const worker of this.workers.values()) if (worker.isPredecessorOf(pod)) void this.end(worker, 0);
  }

  private start(pod: V1Pod): void {
    const address = this.takeAddress(pod.status?.podIP);
    if (address === undefined) {
      this.context.events.record(
        pod,
        "Warning",
        "FailedCreatePodSandBox",
        "all addresses of the node are in use",
      );
      return;
    }
    const worker = new PodWorker(pod, address, this.context);
    this.workers.set(worker.uid, worker);
    worker.run().catch((error: unknown) => {
      const { namespace, name } = pod.metadata!;
      console.error(`pod ${namespace}/${name}:`, error);
      worker.event("Warning", "FailedCreatePodSandBox", (error as Error).message);
    });
  }

  /** The address that the pod had under an earlier runtime, or else the one that was in use longest ago. */
  private takeAddress(wanted: string | undefined): string | undefined {
    const index = wanted === undefined ? -1 : this.addresses.indexOf(wanted);
    return this.addresses.splice(Math.max(index, 0), 1)[0];
  }

  private async end(worker: PodWorker, grace: number): Promise<void> {
    await worker.end(grace);
    // At the end of the line: an address that was just in use is not given out again at once.
    if (this.workers.delete(worker.uid)) this.addresses.push(worker.podIP);
  }

  /** Ends a pod that is marked for deletion and tells the API server that nothing of it is left. */
  private async delete(pod: V1Pod, worker: PodWorker | undefined): Promise<void> {
    if (worker !== undefined) await this.end(worker, graceSeconds(pod));
    const { name, namespace, uid } = pod.metadata!;
    const body = { gracePeriodSeconds: 0, preconditions: { uid } };
    for (;;) {
      try {
        await this.core.deleteNamespacedPod({ name: name!, namespace: namespace!, body });
        return;
      } catch (error) {
        if (error instanceof ApiException && (error.code === 404 || error.code === 409)) return;
        await sleep(RETRY_MS);
      }
    }
  }
}
