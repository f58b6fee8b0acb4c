import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** A resource as the program registered it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** Inputs with secrets unwrapped. */
  readonly inputs: Record<string, unknown>;
  /** Paths of the inputs that were secret, such as `data.token`. */
  readonly secretPaths: readonly string[];
  /** Name of the provider that was set explicitly, for itself or its children. */
  readonly provider?: string | undefined;
  /** Name of the parent. */
  readonly parent?: string | undefined;
  /** URN of the parent. */
  readonly parentUrn?: string | undefined;
  /** Kind and name of what it waits for: explicit dependencies and resources whose outputs are inputs. */
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  /** Whether it is dropped from the state only when it is removed. */
  readonly retainOnDelete: boolean;
  /** Whether it is deleted whatever the options of its component say. */
  readonly deletesRegardless: boolean;
  /** What replaces it when it changes. */
  readonly replacementTrigger?: unknown;
  /** Names of the hooks that run before it changes. */
  readonly hooks: readonly string[];
  /** Properties whose change replaces it. */
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Properties whose change is not looked at. */
  readonly ignoreChanges: readonly string[];
  /** URNs that it also goes by. */
  readonly aliases: readonly string[];
}

/** What a request to register says. */
export function toRegistration(request: RegisterResourceRequest): Registration {
  const secretPaths: string[] = [];
  const inputs = unwrapSecrets(request.getObject()?.toJavaScript() ?? {}, "", secretPaths);
  const providers = [
    request.getProvider(),
    ...[...request.getProvidersMap().entries()].map(([, ref]) => ref),
  ];
  const type = request.getType();
  const parent = request.getParent();
  const hooks = request.getHooks();
  return {
    type,
    name: request.getName(),
    urn: urnOf(request),
    inputs: inputs as Record<string, unknown>,
    secretPaths: secretPaths.sort(),
    provider: providers.filter((ref) => ref !== "").map(providerName)[0],
    parent: parent === "" ? undefined : nameOf(parent),
    parentUrn: parent === "" ? undefined : parent,
    dependsOn: [...new Set(request.getDependenciesList().map(kindAndName))].sort(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletesRegardless: request.hasRetainondelete() && !request.getRetainondelete(),
    replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
    hooks: [...(hooks?.getBeforeCreateList() ?? []), ...(hooks?.getBeforeUpdateList() ?? [])],
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    aliases: [
      ...request.getAliasurnsList(),
      ...request.getAliasesList().map((alias) => alias.getUrn() || aliasUrn(alias.getSpec(), request)),
    ],
  };
}

/** What an alias does not say is as it is of the resource. */
function aliasUrn(spec: Alias.Spec | undefined, request: RegisterResourceRequest): string {
  return urnOf({
    getParent: () => spec?.getParenturn() || request.getParent(),
    getType: () => spec?.getType() || request.getType(),
    getName: () => spec?.getName() || request.getName(),
  });
}

/** The name by which the engine knows a resource. */
export function urnOf(request: Pick<RegisterResourceRequest, "getParent" | "getType" | "getName">): string {
  const [, , parentType = STACK] = request.getParent().split("::");
  const under = parentType === STACK ? "" : `${parentType}$`;
  return `urn:pulumi:test::istio-multicluster::${under}${request.getType()}::${request.getName()}`;
}

const STACK = "pulumi:pulumi:Stack";

/** How a secret looks on the wire. @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function unwrapSecrets(value: unknown, path: string, secretPaths: string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Reflect.get(value, SIGNATURE) === SECRET) {
    secretPaths.push(path);
    return unwrapSecrets(Reflect.get(value, "value"), path, secretPaths);
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => unwrapSecrets(item, `${path}[${index}]`, secretPaths));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      unwrapSecrets(item, path === "" ? key : `${path}.${key}`, secretPaths),
    ]),
  );
}

/** The name in a reference to a provider. */
export function providerName(reference: string): string {
  return nameOf(reference.slice(0, reference.lastIndexOf("::")));
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** Of a chart the Service, the Deployment and more have the same name. */
function kindAndName(urn: string): string {
  return `${urn.split("::")[2]?.split(":").at(-1)} ${nameOf(urn)}`;
}
