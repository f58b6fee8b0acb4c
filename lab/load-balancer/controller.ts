import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CoreV1Api, PatchStrategy, setHeaderOptions, type V1Service } from "@kubernetes/client-node";
import { loadBalancerAddresses } from "../network/addresses";

/** What load balancers of a cluster are like: clouds differ in it. */
export interface LoadBalancerOptions {
  /** How long it takes until a Service has its address. Default: 0 */
  delaySeconds?: number;
  /** Whether Services get a host name instead of an IP address, as on AWS. Default: false */
  hostNames?: boolean;
}

/** Zone of the host names. Such a name holds the address, so that a DNS server needs no records. */
export const LOAD_BALANCER_ZONE = "lb.lab";

/** Annotations by which clouds place a load balancer: when they change, many make another one. */
const PLACEMENT = /load-?balancer|metallb/i;

const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

const RETRY_MS = 1000;

interface Assignment {
  address: string;
  placement: string;
}

/** Command line of a cluster's controller. */
export function loadBalancerCommand(
  kubeconfig: string,
  publicCidr: string,
  options: LoadBalancerOptions = {},
): string[] {
  const program = resolve(__dirname, "main.ts");
  const loader = ["--require", require.resolve("tsx/cjs")];
  return [process.execPath, ...loader, program, kubeconfig, publicCidr, JSON.stringify(options)];
}

/** Gives every Service of type LoadBalancer an address of a range, which is routed to the node that this runs on. */
export class LoadBalancerController {
  private readonly free: string[];
  private readonly assigned = new Map<string, Assignment>();

  constructor(
    private readonly core: CoreV1Api,
    publicCidr: string,
    private readonly options: LoadBalancerOptions,
  ) {
    this.free = loadBalancerAddresses(publicCidr);
  }

  /** Takes note of a Service that is new or has changed. */
  reconcile(service: V1Service): void {
    const { uid } = service.metadata!;
    const placement = placementOf(service);
    const known = this.assigned.get(uid!);
    if (service.spec?.type !== "LoadBalancer" || service.spec.loadBalancerClass !== undefined) {
      if (known !== undefined) this.release(service);
      return;
    }
    if (known?.placement === placement) return;
    const address = this.free.shift();
    if (address === undefined) throw new Error("all LoadBalancer addresses of the cluster are taken");
    if (known !== undefined) this.free.push(known.address);
    this.assigned.set(uid!, { address, placement });
    void this.write(service);
  }

  /** Frees the address of a Service that is gone or has no load balancer any more. */
  release({ metadata }: V1Service): void {
    const known = this.assigned.get(metadata!.uid!);
    // At the end of the line: an address that was just in use is not given out again at once.
    if (this.assigned.delete(metadata!.uid!)) this.free.push(known!.address);
  }

  /** Takes note of a Service that was there before this process: it keeps its address. */
  adopt(service: V1Service): void {
    const [ingress] = service.status?.loadBalancer?.ingress ?? [];
    const address = ingress?.ip ?? ingress?.hostname?.split(".")[0]?.replaceAll("-", ".");
    const index = this.free.findIndex((candidate) => candidate === address);
    if (index === -1) return;
    this.free.splice(index, 1);
    this.assigned.set(service.metadata!.uid!, { address: address!, placement: placementOf(service) });
  }

  private async write({ metadata }: V1Service): Promise<void> {
    const { uid, name, namespace } = metadata!;
    await sleep((this.options.delaySeconds ?? 0) * 1000);
    for (;;) {
      const address = this.assigned.get(uid!)?.address;
      if (address === undefined) return;
      try {
        await this.publish({ name: name!, namespace: namespace! }, uid!, address);
        return;
      } catch (error) {
        // The API server may be away for a while; a Service that is gone ends the loop by its release.
        console.error(`${namespace}/${name}:`, error);
        await sleep(RETRY_MS);
      }
    }
  }

  private async publish(
    target: { name: string; namespace: string },
    uid: string,
    address: string,
  ): Promise<void> {
    const { hostNames } = this.options;
    const hostname = `${address.replaceAll(".", "-")}.${LOAD_BALANCER_ZONE}`;
    const ingress = [hostNames ? { hostname } : { ip: address }];
    const body = { metadata: { uid }, status: { loadBalancer: { ingress } } };
    // Of a host name kube-proxy knows nothing, and no machine of a cloud stands behind this one.
    const route = { metadata: { uid }, spec: { externalIPs: [address] } };
    if (hostNames) await this.core.patchNamespacedService({ ...target, body: route }, MERGE);
    await this.core.patchNamespacedServiceStatus({ ...target, body }, MERGE);
  }
}

/** What of a Service decides where its load balancer is. */
function placementOf({ metadata, spec }: V1Service): string {
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) => PLACEMENT.test(key));
  return JSON.stringify([annotations.sort(), spec?.loadBalancerIP]);
}
