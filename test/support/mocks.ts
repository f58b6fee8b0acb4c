import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { type MockCluster, renderChart, stateOf } from "./mock-cluster";

export type { MockCluster } from "./mock-cluster";

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
  /** Kind and name of what it waits for: explicit dependencies and resources whose outputs are inputs. */
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
  /** Whether it is dropped from the state only when it is removed. */
  readonly retainOnDelete: boolean;
  /** What replaces it when it changes. */
  readonly replacementTrigger?: unknown;
  /** Names of the hooks that run before it changes. */
  readonly hooks: readonly string[];
  /** Properties whose change replaces it. */
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** URNs that it also goes by. */
  readonly aliases: readonly string[];
}

/** A chart as the program asked for it to be rendered. */
export interface ChartCall {
  /** The options of Pulumi's `kubernetes:helm:template`, parsed. */
  readonly options: Record<string, unknown>;
  /** Name of the provider that renders. */
  readonly provider: string;
}

/** What a program asked of the engine. */
export interface Recording {
  /** What it registered; what it only reads is not in it. */
  readonly registrations: Registration[];
  readonly chartCalls: ChartCall[];
}

/** How long nothing may happen after a first failure before no other one is waited for. */
const SETTLING_MS = 50;

async function settled({ registrations }: Recording): Promise<void> {
  for (let seen = -1; seen !== registrations.length;) {
    seen = registrations.length;
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  }
}

/** Runs a program against mocks and returns its result and what it asked for, sorted by type and name. */
export async function runProgram<T>(
  program: () => T | Promise<T>,
  cluster: MockCluster = {},
): Promise<{ result: T } & Recording> {
  const recording = await startMocks(cluster);
  const result = await program();
  await pulumi.runtime.disconnect();
  return { result, ...sorted(recording) };
}

/**
 * Runs a program that fails inside an Output, which ends a real run as an unhandled rejection.
 * Returns the distinct messages and what was asked for nevertheless.
 */
export async function runFailingProgram(
  program: () => unknown,
  cluster: MockCluster = {},
): Promise<{ failures: string[] } & Recording> {
  const failures = new Set<string>();
  let onFailure = () => {};
  const failed = new Promise<void>((resolve) => {
    onFailure = resolve;
  });
  const collect = (reason: unknown) => {
    failures.add(reason instanceof Error ? reason.message : String(reason));
    onFailure();
  };
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", collect);
  try {
    const recording = await startMocks(cluster);
    await program();
    // A resource whose inputs fail is never registered, and waiting for all registrations would then never end.
    await Promise.race([pulumi.runtime.disconnect().catch(collect), failed]);
    await settled(recording);
    return { failures: [...failures].sort(), ...sorted(recording) };
  } finally {
    process.off("unhandledRejection", collect);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}

/** Sets mocks for the next resources; what the program asks for is added to the returned lists as it comes. */
export async function startMocks(cluster: MockCluster = {}): Promise<Recording> {
  const recording: Recording = { registrations: [], chartCalls: [] };
  const mocks: pulumi.runtime.Mocks = {
    newResource: async ({ type, name, inputs, custom, id }) => ({
      id: custom === false ? undefined : (id ?? `${name}-id`),
      state: { ...inputs, ...(await stateOf(type, name, inputs, cluster)) },
    }),
    call: (args) => answer(args, cluster, recording.chartCalls),
  };
  await pulumi.runtime.setMocks(mocks, "istio-multicluster", "test", cluster.preview ?? false);
  recordRequests((request) => recording.registrations.push(toRegistration(request)));
  return recording;
}

function answer(
  { token, inputs, provider }: pulumi.runtime.MockCallArgs,
  cluster: MockCluster,
  chartCalls: ChartCall[],
) {
  try {
    if (token !== "kubernetes:helm:template") {
      throw new Error(`the program calls ${token}; a component must not look anything up`);
    }
    const options = JSON.parse(String(inputs["jsonOpts"])) as Record<string, unknown>;
    chartCalls.push({ options, provider: provider ? providerName(provider) : "" });
    // What the engine itself answers while a provider's configuration is unknown.
    if (cluster.yetToBeMade) return {};
    return { result: renderChart(options["release_name"], cluster) };
  } catch (error) {
    // Of a failed call the SDK reads gRPC's `details` only.
    throw Object.assign(error as Error, { details: (error as Error).message });
  }
}

/** The mocks' own hook sees neither parents nor dependencies nor where in the inputs a secret is, so the requests are read. */
function recordRequests(record: (request: RegisterResourceRequest) => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResourceHook(request: unknown, callback: (error: null) => void): void;
    registerResource(request: RegisterResourceRequest, callback: unknown): unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  // The mock monitor knows no hooks, and would run none.
  monitor.registerResourceHook = (_, callback) => callback(null);
  monitor.registerResource = (request, callback) => {
    record(request);
    return register(request, callback);
  };
}

function toRegistration(request: RegisterResourceRequest): Registration {
  const secretPaths: string[] = [];
  const inputs = unwrapSecrets(request.getObject()?.toJavaScript() ?? {}, "", secretPaths);
  const providers = [
    request.getProvider(),
    ...[...request.getProvidersMap().entries()].map(([, ref]) => ref),
  ];
  const type = request.getType();
  const parent = request.getParent();
  const hooks = request.getHooks();
  const parentType = parent === "" ? "" : `${parent.split("::")[2]?.split("$").at(-1)}$`;
  return {
    type,
    name: request.getName(),
    urn: `urn:pulumi:test::istio-multicluster::${parentType}${type}::${request.getName()}`,
    inputs: inputs as Record<string, unknown>,
    secretPaths: secretPaths.sort(),
    provider: providers.filter((ref) => ref !== "").map(providerName)[0],
    parent: parent === "" ? undefined : nameOf(parent),
    dependsOn: [...new Set(request.getDependenciesList().map(kindAndName))].sort(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
    hooks: [...(hooks?.getBeforeCreateList() ?? []), ...(hooks?.getBeforeUpdateList() ?? [])],
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace() ?? false,
    aliases: [
      ...request.getAliasurnsList(),
      ...request
        .getAliasesList()
        .map(
          (alias) => alias.getUrn() || alias.getSpec()?.getType() || (alias.getSpec()?.getParenturn() ?? ""),
        ),
    ],
  };
}

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

function providerName(reference: string): string {
  return nameOf(reference.slice(0, reference.lastIndexOf("::")));
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** Of a chart the Service, the Deployment and more have the same name. */
function kindAndName(urn: string): string {
  return `${urn.split("::")[2]?.split(":").at(-1)} ${nameOf(urn)}`;
}

function sorted({ registrations, chartCalls }: Recording): Recording {
  const byKey =
    <T>(key: (item: T) => string) =>
    (a: T, b: T) =>
      key(a) < key(b) ? -1 : 1;
  return {
    registrations: registrations.sort(byKey(({ type, name }) => `${type} ${name}`)),
    chartCalls: chartCalls.sort(
      byKey(({ provider, options }) => `${provider} ${String(options["release_name"])}`),
    ),
  };
}
