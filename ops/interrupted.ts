import type { Deployment } from "@pulumi/pulumi/automation";

/** An operation that the state has as begun. */
export interface Operation {
  readonly type: string;
  readonly resource: {
    readonly urn: string;
    readonly type: string;
    readonly provider?: string;
    readonly inputs?: { readonly name?: string; readonly namespace?: string };
  };
}

/** The parts of a state that matter here; the Automation API leaves it untyped. */
interface State {
  readonly resources?: readonly { readonly urn: string }[];
  readonly pending_operations?: readonly Operation[];
}

/**
 * The creates of which nobody saw the end. Pulumi keeps a create on record for good once it was interrupted,
 * so what has been created since is left out.
 */
export function interruptedCreates({ deployment }: Deployment): Operation[] {
  const { resources = [], pending_operations = [] } = deployment as State;
  const created = new Set(resources.map(({ urn }) => urn));
  const open = pending_operations.filter(
    ({ type, resource }) => type === "creating" && !created.has(resource.urn),
  );
  return [...new Map(open.map((operation) => [operation.resource.urn, operation])).values()];
}

/** Whether {@link withoutCreates} would change a state. */
export function hasCreates({ deployment }: Deployment): boolean {
  return ((deployment as State).pending_operations ?? []).some(({ type }) => type === "creating");
}

/**
 * A state that no longer remembers interrupted creates. Nothing is lost by that: the next `up` takes over Kubernetes
 * objects by their names, and a key or certificate that no state holds has never been used.
 */
export function withoutCreates(state: Deployment): Deployment {
  const { pending_operations = [], ...rest } = state.deployment as State;
  const others = pending_operations.filter(({ type }) => type !== "creating");
  return {
    ...state,
    deployment: { ...rest, ...(others.length === 0 ? {} : { pending_operations: others }) },
  };
}
