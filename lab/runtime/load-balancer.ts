import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Service,
} from "@kubernetes/client-node";
import { loadBalancerAddresses } from "../network/addresses";

/** Where a Service's address belongs to: the next free one, or none that is left. */
export function assignAddress(
  service: V1Service,
  all: readonly V1Service[],
  pool: string[],
): string | undefined {
  const others = all.filter(({ metadata }) => metadata!.uid !== service.metadata!.uid);
  const taken = new Set(others.map(currentAddress));
  return pool.find((address) => !taken.has(address));
}

export function currentAddress({ status }: V1Service): string | undefined {
  return status?.loadBalancer?.ingress?.[0]?.ip;
}

/**
 * Gives every Service of type LoadBalancer an address of the cluster's public range, which stays while the Service
 * lives. The range is routed to the node; kube-proxy does the rest.
 */
export class LoadBalancerController {
  private readonly core: CoreV1Api;
  private readonly pool: string[];
  private readonly assigned = new Map<string, string>();

  constructor(kubeConfig: KubeConfig, publicCidr: string) {
    this.core = kubeConfig.makeApiClient(CoreV1Api);
    this.pool = loadBalancerAddresses(publicCidr);
  }

  /** Takes note of a Service that is new or has changed. */
  async reconcile(service: V1Service, all: readonly V1Service[]): Promise<void> {
    const uid = service.metadata!.uid!;
    const wantsAddress = service.spec?.type === "LoadBalancer" && !service.spec.loadBalancerClass;
    const current = currentAddress(service);
    if (!wantsAddress) {
      if (this.assigned.delete(uid) && current !== undefined) await this.write(service, undefined);
      return;
    }
    if (current !== undefined) {
      this.assigned.set(uid, current);
      return;
    }
    // An address that is being written is not in any Service's status yet.
    const pending = new Set(
      [...this.assigned].filter(([other]) => other !== uid).map(([, address]) => address),
    );
    const free = this.pool.filter((address) => !pending.has(address));
    const address = this.assigned.get(uid) ?? assignAddress(service, all, free);
    if (address === undefined) throw new Error("all LoadBalancer addresses of the cluster are taken");
    this.assigned.set(uid, address);
    await this.write(service, address);
  }

  /** Frees the address of a Service that is gone. */
  release({ metadata }: V1Service): void {
    this.assigned.delete(metadata!.uid!);
  }

  private async write({ metadata }: V1Service, ip: string | undefined): Promise<void> {
    const ingress = ip === undefined ? null : [{ ip }];
    const body = { metadata: { uid: metadata!.uid }, status: { loadBalancer: { ingress } } };
    await this.core.patchNamespacedServiceStatus(
      { name: metadata!.name!, namespace: metadata!.namespace!, body },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  }
}
