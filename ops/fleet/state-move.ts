import type { Deployment } from "@pulumi/pulumi/automation";
import type { MeshPlan } from "../../components/spec/types";
import { type Part, partsOf } from "../../stacks/mesh/split/parts";
import { partsWith } from "./ownership";

/** What of a resource in a state refers to others, by URN. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  /** `<URN>::<ID>`. */
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly deletedWith?: string;
  /** Waits to be deleted. */
  readonly delete?: boolean;
}

interface State {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly unknown[];
}

const STACK = "pulumi:pulumi:Stack";

/** What a stack's state has. @throws Error where an update of it was interrupted */
export function resourcesOf(stack: string, { deployment }: Deployment): readonly StateResource[] {
  const { resources = [], pending_operations = [] } = deployment as State;
  if (pending_operations.length > 0 || resources.some((resource) => resource.delete)) {
    throw new Error(`an update of stack ${stack} was interrupted; run it again, and then this`);
  }
  return resources;
}

/**
 * A state like another one, with other resources. The rest of it stays, as what encrypts its secrets: the engine takes none
 * that does not say that. The first update of another stack that has it encrypts all with that stack's own.
 */
export function withResources(state: Deployment, resources: readonly StateResource[]): Deployment {
  return { ...state, deployment: { ...(state.deployment as State), resources } };
}

/** The resources of one stack by the parts of its mesh. @throws Error where it is unknown whose one is */
export function splitResources(
  resources: readonly StateResource[],
  plan: MeshPlan,
): ReadonlyMap<Part, readonly StateResource[]> {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const owners = resources.map((resource) => {
    if (resource.type === STACK) return partsOf(plan);
    const { type, urn } = topOf(resource, byUrn);
    return partsWith({ type, name: nameOf(urn) }, plan);
  });
  return new Map(
    partsOf(plan).map((part) => {
      const own = resources.filter((_, index) => owners[index]?.includes(part));
      const providers = new Set(own.flatMap(({ provider }) => provider ?? []).map(urnOfReference));
      const kept = new Set([...own.map(({ urn }) => urn), ...providers]);
      return [part, resources.filter(({ urn }) => kept.has(urn)).map((resource) => within(resource, kept))];
    }),
  );
}

/** The resources of several stacks as those of one, once their URNs are its own; what several have is taken once. */
export function joinResources(parts: readonly (readonly StateResource[])[]): StateResource[] {
  const joined = new Map<string, StateResource>();
  for (const resource of parts.flat().filter((one) => !isOfParts(one))) {
    if (!joined.has(resource.urn)) joined.set(resource.urn, resource);
  }
  const all = [...joined.values()].map((resource) => withKeptProvider(resource, joined));
  return all.map((resource) => within(resource, new Set(joined.keys())));
}

/** What only a mesh of several stacks has. */
function isOfParts({ urn, type }: StateResource): boolean {
  return type === "pulumi:index:Stash" && nameOf(urn) === POSITION;
}

/** The resource in which the stack that signs remembers how far a change of the root is. */
const POSITION = "root-position";

/** A provider of which each stack had its own is one after that. */
function withKeptProvider(resource: StateResource, kept: ReadonlyMap<string, StateResource>): StateResource {
  if (resource.provider === undefined) return resource;
  const urn = urnOfReference(resource.provider);
  const { id } = kept.get(urn) ?? {};
  return id === undefined ? resource : { ...resource, provider: `${urn}::${id}` };
}

/** A resource whose references lead to none but those that are left; the next update writes what it depends on anew. */
function within(resource: StateResource, kept: ReadonlySet<string>): StateResource {
  return withDependencies(resource, (urn) => (kept.has(urn) ? [urn] : []));
}

/** A resource with others in place of those that it depends on. */
function withDependencies(resource: StateResource, others: (urn: string) => string[]): StateResource {
  const { dependencies, propertyDependencies, deletedWith, ...rest } = resource;
  const [goesWith] = deletedWith ? others(deletedWith) : [];
  return {
    ...rest,
    ...(dependencies && { dependencies: dependencies.flatMap(others) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, urns]) => [
          property,
          (urns ?? []).flatMap(others),
        ]),
      ),
    }),
    ...(goesWith === undefined ? {} : { deletedWith: goesWith }),
  };
}

/** Resources under the name of another stack of the project. Its outputs are not the other one's. */
export function inStack(resources: readonly StateResource[], from: string, to: string): StateResource[] {
  const rename = (urn: string) => {
    const [scheme, project = "", type = "", name = "", ...rest] = urn.split("::");
    if (scheme !== `urn:pulumi:${from}`) return urn;
    const own = type === STACK && name === `${project}-${from}` ? `${project}-${to}` : name;
    return [`urn:pulumi:${to}`, project, type, own, ...rest].join("::");
  };
  return resources.map((resource) => {
    const { parent, provider } = resource;
    const moved = {
      ...withDependencies(resource, (urn) => [rename(urn)]),
      urn: rename(resource.urn),
      ...(parent && { parent: rename(parent) }),
      ...(provider && { provider: rename(provider) }),
    };
    return resource.type === STACK ? { ...moved, outputs: {} } : moved;
  });
}

/** The resource of the program under which another one is, not that of the whole stack. */
function topOf(resource: StateResource, byUrn: ReadonlyMap<string, StateResource>): StateResource {
  const parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
  return parent === undefined || parent.type === STACK ? resource : topOf(parent, byUrn);
}

function urnOfReference(provider: string): string {
  return provider.slice(0, provider.lastIndexOf("::"));
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
