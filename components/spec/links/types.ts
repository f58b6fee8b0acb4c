import type { LinkSpec } from "../../topology/links";

/** What has a Secret for itself: each `link`, or each `observer`, with a key for each cluster that it observes. */
export type RemoteSecretsPer = "link" | "observer";

/** The Secrets from which istiods know the other clusters. docs/remote-secrets.md tells how to change between them. */
export interface RemoteSecretsSpec {
  /**
   * What has a Secret for itself: each `link`, as `istioctl create-remote-secret` makes them, or each `observer`, with a key
   * for each cluster that it observes: less state and fewer steps from about seven clusters on. Remotes of a primary, and
   * whatever an adopted istiod observes, have Secrets of their own in any case.
   * @default "link"
   */
  readonly per?: RemoteSecretsPer | undefined;
  /**
   * Set for the first of the two updates by which a running mesh changes `per`: the new Secrets are made, and those of
   * before keep their keys, empty, until every istiod has been restarted by the second one.
   * @default false
   */
  readonly migrating?: boolean | undefined;
}

/** The same with every default. */
export interface RemoteSecretsPlan {
  readonly per: RemoteSecretsPer;
  readonly migrating: boolean;
}

/** A link that is a credential, with what the planner knows of it. */
export interface LinkPlan extends Pick<LinkSpec, "observer" | "observed"> {
  /** Whether traffic takes the observed network's gateway. */
  readonly crossNetwork: boolean;
  /** Whether the observer serves the observed cluster, which then cannot have a gateway before the link exists. */
  readonly serves: boolean;
}
