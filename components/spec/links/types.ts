import type { LinkSpec } from "../../topology/links";

/** A link that is a credential, with what the planner knows of it. */
export interface LinkPlan extends Pick<LinkSpec, "observer" | "observed"> {
  /** Whether traffic takes the observed network's gateway. */
  readonly crossNetwork: boolean;
  /** Whether the observer serves the observed cluster, which then cannot have a gateway before the link exists. */
  readonly serves: boolean;
}
