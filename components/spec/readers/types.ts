/** A permission of a reader, and what needs it. */
export interface ReaderRule {
  /** API group; "" is Kubernetes' core group. */
  readonly apiGroup: string;
  readonly resources: readonly string[];
  /** @default - every object of the resources */
  readonly resourceNames?: readonly string[] | undefined;
  readonly verbs: readonly string[];
  /** Whether it holds in the whole cluster or in Istio's namespace only. */
  readonly scope: "cluster" | "istio-system";
  /** What an observer does with it. */
  readonly feature: string;
  /** The command that needs it. @default - none, istiod does */
  readonly command?: string | undefined;
}

/** The account through which other clusters' istiods read a cluster. */
export interface ReaderPlan {
  /** Name of the Secret that holds its token. Another name is another token. */
  readonly tokenSecret: string;
  /** All that it may do. */
  readonly rules: readonly ReaderRule[];
  /**
   * Whether a token stays in the cluster that another one has taken the place of: for observers whose Secrets another
   * stack changes afterwards. Whoever runs these stacks deletes it then.
   * @default false
   */
  readonly keepsFormerToken?: boolean | undefined;
}
