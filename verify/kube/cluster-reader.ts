import type {
  V1ConfigMap,
  V1EndpointSlice,
  V1Namespace,
  V1Pod,
  V1Secret,
  V1Service,
} from "@kubernetes/client-node";

/** Where a command runs. */
export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** Which pods are meant. */
export interface PodSelection {
  /** @default - all namespaces */
  readonly namespace?: string;
  /** A label selector. @default - any */
  readonly labels?: string;
}

/** What another cluster uses to read this one. */
export interface Credential {
  /** PEM bundle in base64. @default - the CA that the caller's own access has */
  readonly caData?: string;
  readonly token: string;
}

/**
 * All that verify does to a cluster, and so all the rights that it needs: docs/verify.md has them.
 *
 * What is not there is `undefined`. Whatever cannot be looked at is a {@link CannotLookError}.
 */
export interface ClusterReader {
  readonly name: string;
  /** Address of the API server. */
  readonly server: string;
  /** Whether the API server calls itself ready. */
  ready(): Promise<boolean>;
  namespace(name: string): Promise<V1Namespace | undefined>;
  pods(selection: PodSelection): Promise<V1Pod[]>;
  secret(namespace: string, name: string): Promise<V1Secret | undefined>;
  secrets(namespace: string, labels: string): Promise<V1Secret[]>;
  configMap(namespace: string, name: string): Promise<V1ConfigMap | undefined>;
  service(namespace: string, name: string): Promise<V1Service | undefined>;
  /** The EndpointSlices of a Service. */
  endpointSlices(namespace: string, service: string): Promise<V1EndpointSlice[]>;
  /** Standard output of a command in a container. @param limitSeconds - default 20 */
  exec(target: ExecTarget, command: readonly string[], limitSeconds?: number): Promise<string>;
  /** Lists a namespace with somebody else's credential; throws what that one is told. */
  tryCredential(credential: Credential): Promise<void>;
  /** What a pod would become: a dry run. */
  dryRun(namespace: string, pod: V1Pod): Promise<V1Pod>;
}
