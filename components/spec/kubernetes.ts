/** Kubernetes compute resources of a container. */
export interface ResourceRequirements {
  /** What is reserved for it, by resource: `{ cpu: 100m, memory: 128Mi }`. @default {} */
  readonly requests?: Readonly<Record<string, string>> | undefined;
  /** What it may use at most, by resource. @default {} */
  readonly limits?: Readonly<Record<string, string>> | undefined;
}

/**
 * A Kubernetes toleration.
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
export interface Toleration {
  /** Key of the taint. @default - any, with operator `Exists` */
  readonly key?: string | undefined;
  /** Whether the value counts. @default "Equal" */
  readonly operator?: "Exists" | "Equal" | undefined;
  /** Value of the taint, with operator `Equal`. @default "" */
  readonly value?: string | undefined;
  /** Effect of the taint. @default - any */
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute" | undefined;
  /** Seconds for which a taint with effect `NoExecute` is tolerated. @default - for ever */
  readonly tolerationSeconds?: number | undefined;
}

/** Helm values, plain and merged last over the ones that this program computes; an Output or a promise among them is refused. */
export type HelmValues = Readonly<Record<string, unknown>>;
