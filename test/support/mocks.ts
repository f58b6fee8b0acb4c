import * as pulumi from "@pulumi/pulumi";
import type {
  ReadResourceRequest,
  RegisterResourceHookRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { type MockCluster, renderChart, stateOf } from "./mock-cluster";
import { providerName, type Registration, toRegistration, urnOf } from "./registration";

export type { MockCluster } from "./mock-cluster";
export type { Registration } from "./registration";

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

/** Requests of a program to the engine. */
interface Traffic {
  begun: number;
  pending: number;
}

/** After a failure no more is waited for once so many turns of the event loop have brought nothing. */
const SETTLING_TURNS = 100;

/** What takes the time of others: a credential plugin, a name's address, a connection, a file. */
const OUTSIDE = ["ProcessWrap", "GetAddrInfoReqWrap", "ConnectWrap", "FSReqPromise"];

/** How much the process waits for outside of itself. */
function openOutside(): number {
  return process.getActiveResourcesInfo().filter((kind) => OUTSIDE.includes(kind)).length;
}

/**
 * Counts turns and no time: on a busy machine the program gets as few of these as this loop.
 *
 * @param before - how much was open outside before the program ran
 */
async function settled(traffic: Traffic, before: number): Promise<void> {
  let { begun } = traffic;
  for (let idle = 0; idle < SETTLING_TURNS; idle += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (traffic.pending > 0 || traffic.begun !== begun || openOutside() > before) idle = 0;
    ({ begun } = traffic);
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
  const before = openOutside();
  try {
    const { recording, traffic } = await start(cluster);
    await program();
    // A resource whose inputs fail is never registered, and waiting for all registrations would then never end.
    await Promise.race([pulumi.runtime.disconnect().catch(collect), failed]);
    await settled(traffic, before);
    return { failures: [...failures].sort(), ...sorted(recording) };
  } finally {
    process.off("unhandledRejection", collect);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}

/** Sets mocks for the next resources; what the program asks for is added to the returned lists as it comes. */
export async function startMocks(cluster: MockCluster = {}): Promise<Recording> {
  return (await start(cluster)).recording;
}

async function start(cluster: MockCluster): Promise<{ recording: Recording; traffic: Traffic }> {
  const recording: Recording = { registrations: [], chartCalls: [] };
  const mocks: pulumi.runtime.Mocks = {
    newResource: async ({ type, name, inputs, custom, id }) => ({
      // The request of a resource that is not imported has an empty ID.
      id: custom === false || unmade(name, cluster) ? undefined : id || `${name}-id`,
      state: { ...inputs, ...(await stateOf(type, name, inputs, cluster)), ...cluster.kept?.[name] },
    }),
    call: (args) => answer(args, cluster, recording),
  };
  await pulumi.runtime.setMocks(
    mocks,
    "istio-multicluster",
    "test",
    cluster.preview ?? false,
    "organization",
  );
  const traffic = watchRequests((request) => recording.registrations.push(toRegistration(request)));
  return { recording, traffic };
}

/** What is yet to be made has no ID at preview. */
function unmade(name: string, { preview, unmade: names = [] }: MockCluster): boolean {
  return preview === true && names.includes(name);
}

async function answer(
  { token, inputs, provider }: pulumi.runtime.MockCallArgs,
  cluster: MockCluster,
  { registrations, chartCalls }: Recording,
) {
  try {
    if (token === "pulumi:pulumi:readStackOutputs")
      return { outputs: outputsOf(String(inputs["name"]), cluster) };
    if (token !== "kubernetes:helm:template") {
      throw new Error(`the program calls ${token}; a component must not look anything up`);
    }
    const options = JSON.parse(String(inputs["jsonOpts"])) as Record<string, unknown>;
    const name = provider ? providerName(provider) : "";
    chartCalls.push({ options, provider: name });
    // What the engine itself answers while a provider's configuration is unknown.
    const own = registrations.find(({ type, name: other }) => type === KUBERNETES_PROVIDER && other === name);
    if (own?.inputs["kubeconfig"] === UNKNOWN) return {};
    return { result: await renderChart(options, cluster) };
  } catch (error) {
    // Of a failed call the SDK reads gRPC's `details` only.
    throw Object.assign(error as Error, { details: (error as Error).message });
  }
}

/** As the engine answers for a stack that does not exist. */
function outputsOf(stack: string, { stackOutputs = {} }: MockCluster): Record<string, unknown> {
  const outputs = stackOutputs[stack];
  if (outputs === undefined) throw new Error(`invocation returned an error: unknown stack "${stack}"`);
  return outputs;
}

const KUBERNETES_PROVIDER = "pulumi:providers:kubernetes";

/** How an unknown value looks on the wire. @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Answer = (...answer: unknown[]) => void;

/** The mocks' own hook sees neither parents nor dependencies nor where in the inputs a secret is, so the requests are read. */
function watchRequests(record: (request: RegisterResourceRequest) => void): Traffic {
  const traffic: Traffic = { begun: 0, pending: 0 };
  const monitor = pulumi.runtime.getMonitor() as unknown as Record<
    "invoke" | "readResource" | "registerResource" | "registerResourceHook" | "registerResourceOutputs",
    (request: unknown, callback: Answer) => unknown
  > & { newUrn: (parent: string, type: string, name: string) => string };
  // The mock monitor knows no hooks, and would run none. The engine knows them by their names alone.
  const hooks = new Set<string>();
  monitor.registerResourceHook = (request, callback) => {
    const name = (request as RegisterResourceHookRequest).getName();
    if (hooks.has(name)) return callback(new Error(`resource hook already registered for name "${name}"`));
    hooks.add(name);
    callback(null);
  };
  // The mocks' own URNs know no grandparents.
  monitor.newUrn = (parent, type, name) =>
    urnOf({ getParent: () => parent, getType: () => type, getName: () => name });
  const urns = new Set<string>();
  for (const kind of ["invoke", "readResource", "registerResource", "registerResourceOutputs"] as const) {
    const ask = monitor[kind].bind(monitor);
    monitor[kind] = (request, callback) => {
      if (kind === "readResource" || kind === "registerResource") {
        const urn = urnOf(request as ReadResourceRequest | RegisterResourceRequest);
        // As the engine answers, which unlike the mocks knows a resource by its URN.
        if (urns.has(urn)) return callback(new Error(`Duplicate resource URN '${urn}'`));
        urns.add(urn);
      }
      if (kind === "registerResource") record(request as RegisterResourceRequest);
      traffic.begun += 1;
      traffic.pending += 1;
      return ask(request, (...answer) => {
        traffic.pending -= 1;
        callback(...answer);
      });
    };
  }
  return traffic;
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
