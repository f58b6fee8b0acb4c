import type { Deployment } from "@pulumi/pulumi/automation";

/** An operation that the state has as begun. */
export interface Operation {
  readonly type: string;
  readonly resource: {
    readonly urn: string;
    readonly type: string;
    readonly provider?: string;
    /** Of a Helm release name and namespace, of a Kubernetes object the rest. */
    readonly inputs?: {
      readonly name?: string;
      readonly namespace?: string;
      readonly apiVersion?: string;
      readonly kind?: string;
      readonly metadata?: { readonly name: string; readonly namespace?: string };
    };
  };
}

/** The cluster that an operation is about: its provider's name. A provider reference is `<URN>::<id>`. */
export function clusterOf({ resource }: Operation): string | undefined {
  return resource.provider?.split("::").at(-2);
}

/** The parts of a state that matter here; the Automation API leaves it untyped. */
interface State {
  readonly manifest?: { readonly time?: string };
  readonly resources?: readonly {
    readonly urn: string;
    readonly outputs?: Readonly<Record<string, unknown>>;
  }[];
  readonly pending_operations?: readonly Operation[];
}

/** Every create that was interrupted at some time: Pulumi keeps it on record even if it has been made good since. */
export function recordedCreates({ deployment }: Deployment): Operation[] {
  const creates = ((deployment as State).pending_operations ?? []).filter(({ type }) => type === "creating");
  return [...new Map(creates.map((operation) => [operation.resource.urn, operation])).values()];
}

/** Those of them that have not been made good. */
export function interruptedCreates(state: Deployment): Operation[] {
  const created = new Set(((state.deployment as State).resources ?? []).map(({ urn }) => urn));
  return recordedCreates(state).filter(({ resource }) => !created.has(resource.urn));
}

/** When a state was last written, which Pulumi does as each operation begins and ends. */
export function lastWritten({ deployment }: Deployment): Date | undefined {
  const time = (deployment as State).manifest?.time;
  return time === undefined ? undefined : new Date(time);
}

/** The field managers of server-side apply by URN, as far as the state has them. */
export function fieldManagers({ deployment }: Deployment): Map<string, string> {
  const resources = (deployment as State).resources ?? [];
  return new Map(
    resources.flatMap(({ urn, outputs }) => {
      const manager = outputs?.["__fieldManager"];
      return typeof manager === "string" ? [[urn, manager]] : [];
    }),
  );
}

/** The URNs of what a state has in clusters, finished or begun. */
export function kubernetesObjects({ deployment }: Deployment): string[] {
  const { resources = [], pending_operations = [] } = deployment as State;
  const urns = [...resources, ...pending_operations.map(({ resource }) => resource)].map(({ urn }) => urn);
  // The type of a URN is qualified by those of the component resources around it.
  return [...new Set(urns)].filter((urn) => /[$:]kubernetes:[^$]*$/.test(urn.split("::").at(2) ?? ""));
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
