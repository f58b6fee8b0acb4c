import * as pulumi from "@pulumi/pulumi";
import { SAMPLE_NAMESPACE } from "./defaults";
import { applyChart } from "./internal/apply-chart";
import { componentType } from "./internal/component";
import { sampleApps } from "./objects/sample-apps";
import type { LocalityFailoverSpec } from "./spec/types";

/** Arguments of {@link SampleApps}. */
export interface SampleAppsArgs {
  /**
   * Namespace, made with injection on.
   * @default "sample"
   */
  namespace?: string;
  /**
   * Network of the cluster. Proxies learn theirs when they are injected, so a change starts the pods anew.
   * @default - the one that istiod gives to injected pods
   */
  network?: string;
  /** Versions of Istio's helloworld to run here: `v1`, `v2`, both, or none. */
  helloworldVersions: readonly string[];
  /**
   * Whether to run the curl client.
   * @default true
   */
  client?: boolean;
  /**
   * Workloads of Istio's bookinfo to run here: `productpage-v1`, `details-v1`, `reviews-v1` to `-v3`, `ratings-v1`. All four
   * Services are made with any list, since a client resolves names in its own cluster only.
   * @default - none, nor its Services
   */
  bookinfo?: readonly string[];
  /**
   * Registry of the images, with the path under which it has those of Docker Hub: `istio/examples-helloworld-v1:1.0` and
   * `-v2`, `istio/examples-bookinfo-<workload>:1.20.3`, `curlimages/curl:8.16.0`.
   * @default "docker.io"
   */
  registry?: string;
  /**
   * Lets clients prefer the helloworld of their own cluster. For primaries only: Istio reads it nowhere else.
   * @default - every helloworld serves every client
   */
  failover?: LocalityFailoverSpec;
}

/**
 * Istio's helloworld, a curl client, and bookinfo if asked for, in one cluster, to see which versions answer from where.
 * The pod templates meet pod security "restricted".
 *
 * @see https://istio.io/latest/docs/setup/install/multicluster/verify/
 */
export class SampleApps extends pulumi.ComponentResource {
  public constructor(name: string, args: SampleAppsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("SampleApps"), name, {}, opts);
    const input = {
      namespace: args.namespace ?? SAMPLE_NAMESPACE,
      helloworldVersions: args.helloworldVersions,
      client: args.client ?? true,
      bookinfo: args.bookinfo,
      network: args.network,
      registry: args.registry,
      failover: args.failover,
    };
    applyChart(name, (chart) => sampleApps(chart, input), { parent: this });
    this.registerOutputs({});
  }
}
