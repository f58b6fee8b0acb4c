/** A port of a Service. */
export interface ServicePortSpec {
  /** Name as the Service itself has it, by which Istio knows the protocol: `http`, `grpc-api`, `tcp-db`. */
  readonly name: string;
  /** Its number. */
  readonly port: number;
  /** With `selector`: number of the port of its pods. @default - the Service's */
  readonly targetPort?: number | undefined;
}

/**
 * A Service that clients of other clusters call. It is not made here where it runs; where it does not, but clients may
 * call it, it gets a stub: a Service of its name without endpoints, since a name is looked up in a client's own cluster.
 *
 * A cluster in which the Service is deployed later has to be listed first: Pulumi removes its stub by name, so a preview
 * refuses to where the Service has been deployed in its place.
 */
export interface ServiceSpec {
  /** Name of the Service. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Its ports. */
  readonly ports: readonly ServicePortSpec[];
  /** Clusters in which it runs. */
  readonly clusters: readonly string[];
  /**
   * Whether it has no ClusterIP. Clients of other clusters of its network then need `dnsCapture`; for those of other
   * networks Istio has no addresses.
   * @default false
   */
  readonly headless?: boolean | undefined;
  /** Whether its pods have sidecars. Without them no other network reaches it. @default true */
  readonly injected?: boolean | undefined;
  /** Labels by which `imports` choose it: those written here, not the Service's own. @default {} */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /**
   * Service accounts of its pods, in its namespace, in every cluster: who may answer for it where it is imported.
   * @default - none, so that an import of it needs `anyIdentity`
   */
  readonly serviceAccounts?: readonly string[] | undefined;
  /**
   * Labels of its pods, as the Service selects them. Needed where it runs in a cluster that imports it under another
   * host.
   * @default - its pods are known to the Service only
   */
  readonly selector?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether meshes of other stacks import it, of which this config knows nothing: the gateways of its clusters lead to
   * it, and the stack's output `exports` tells of it.
   * @default false
   */
  readonly exported?: boolean | undefined;
}

/** A Service without endpoints. */
export interface ServiceStub {
  readonly name: string;
  readonly namespace: string;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  /**
   * Whether the sample applications have this Service too, for whom it stays when the stub goes.
   * @default false
   */
  readonly retained?: boolean | undefined;
}

/** The stubs of one cluster. */
export interface ServiceStubsPlan {
  readonly cluster: string;
  /** Namespaces to make for them. */
  readonly namespaces: readonly string[];
  readonly services: readonly ServiceStub[];
}
