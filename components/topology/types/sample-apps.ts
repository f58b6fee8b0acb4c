/** The sample applications: Istio's helloworld and a curl client. */
export interface SampleAppsSpec {
  /** @default "sample" */
  readonly namespace?: string | undefined;
  /** helloworld versions per cluster name, for example `{ cluster1: ["v1"], cluster2: ["v2"] }`. */
  readonly helloworld: Readonly<Record<string, readonly string[]>>;
  /** Clusters that get the curl client. @default - all */
  readonly clients?: readonly string[] | undefined;
}

/** The sample applications of one cluster. */
export interface SampleAppsPlan {
  readonly cluster: string;
  readonly namespace: string;
  readonly helloworldVersions: readonly string[];
  readonly client: boolean;
}
