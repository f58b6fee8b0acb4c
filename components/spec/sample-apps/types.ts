import type { LocalityFailoverSpec } from "../locality/types";

/** The sample applications: Istio's helloworld and a curl client. */
export interface SampleAppsSpec {
  /** Their namespace, made in each cluster that has some of them. @default "sample" */
  readonly namespace?: string | undefined;
  /** helloworld versions per cluster name, for example `{ cluster1: ["v1"], cluster2: ["v2"] }`. */
  readonly helloworld: Readonly<Record<string, readonly string[]>>;
  /**
   * Workloads of Istio's bookinfo per cluster name: `productpage-v1`, `details-v1`, `reviews-v1` to `-v3`, `ratings-v1`. Each
   * cluster that is named has all four Services.
   * @default - it runs nowhere
   */
  readonly bookinfo?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Clusters that get the curl client. @default - all */
  readonly clients?: readonly string[] | undefined;
  /**
   * Registry of their images, with the path under which it has those of Docker Hub: `istio/examples-helloworld-v1:1.0`
   * and `-v2`, `istio/examples-bookinfo-<workload>:1.20.3`, `curlimages/curl:8.16.0`.
   * @default "docker.io"
   */
  readonly registry?: string | undefined;
  /** Lets clients prefer the helloworld of their own cluster; `{}` takes every default. @default - all of it serves all */
  readonly failover?: LocalityFailoverSpec | undefined;
}

/** The sample applications of one cluster. */
export interface SampleAppsPlan {
  readonly cluster: string;
  readonly namespace: string;
  readonly helloworldVersions: readonly string[];
  readonly client: boolean;
  /** Workloads of bookinfo; absent where not even its Services are. */
  readonly bookinfo?: readonly string[];
  /** Registry of the images. @default "docker.io" */
  readonly registry?: string;
  /** Set in primaries only, from which Istio reads its configuration, also for their remotes. */
  readonly failover?: LocalityFailoverSpec | undefined;
}
