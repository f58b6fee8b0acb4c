import type { LocalityFailoverSpec } from "../locality/types";

/** The sample applications: Istio's helloworld and a curl client. */
export interface SampleAppsSpec {
  /** Their namespace, made in each cluster that has some of them. @default "sample" */
  readonly namespace?: string | undefined;
  /** helloworld versions per cluster name, for example `{ cluster1: ["v1"], cluster2: ["v2"] }`. */
  readonly helloworld: Readonly<Record<string, readonly string[]>>;
  /** Clusters that get the curl client. @default - all */
  readonly clients?: readonly string[] | undefined;
  /** Lets clients prefer the helloworld of their own cluster; `{}` takes every default. @default - all of it serves all */
  readonly failover?: LocalityFailoverSpec | undefined;
}

/** The sample applications of one cluster. */
export interface SampleAppsPlan {
  readonly cluster: string;
  readonly namespace: string;
  readonly helloworldVersions: readonly string[];
  readonly client: boolean;
  /** Set in primaries only, from which Istio reads its configuration, also for their remotes. */
  readonly failover?: LocalityFailoverSpec | undefined;
}
