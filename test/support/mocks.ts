import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { Service } from "@pulumi/kubernetes/core/v1";
import { hoursAfterStart, MOCK_START, rootCertificate } from "./pki";

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
  /** Names of what it waits for: explicit dependencies and resources whose outputs are inputs. */
  readonly dependsOn: readonly string[];
  readonly protect: boolean;
}

/** What a mocked cluster answers. */
export interface MockCluster {
  /** `status.loadBalancer.ingress` of gateway Services; the Service does not exist when undefined. */
  readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] | undefined;
  /** Data of service-account tokens. @default a token named after the resource */
  readonly tokenData?: Record<string, string> | undefined;
  /** Outputs of stack references, by name. */
  readonly stackOutputs?: Record<string, Record<string, unknown>>;
  /** Whether the run is a preview. */
  readonly preview?: boolean;
}

/** How long after a first failure others are waited for; mocks answer at once. */
const SETTLING_MS = 50;

/** Resources made by the chart's provider, not by the program; their names follow helm v4's. */
const CHART_SERVICE = /-chart:/;

/** Runs a program against mocks and returns its result and everything it registered, sorted by type and name. */
export async function runProgram<T>(
  program: () => T | Promise<T>,
  cluster: MockCluster = {},
): Promise<{ result: T; registrations: Registration[] }> {
  const registrations = await startMocks(cluster);
  const result = await program();
  await pulumi.runtime.disconnect();
  return { result, registrations: sorted(registrations) };
}

/**
 * Runs a program that fails inside an Output, which ends a real run as an unhandled rejection.
 * Returns the distinct messages and what was registered nevertheless.
 */
export async function runFailingProgram(
  program: () => unknown,
  cluster: MockCluster = {},
): Promise<{ failures: string[]; registrations: Registration[] }> {
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
    const registrations = await startMocks(cluster);
    await program();
    // A resource whose inputs fail is never registered, and waiting for all registrations would then never end.
    await Promise.race([pulumi.runtime.disconnect().catch(collect), failed]);
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    return { failures: [...failures].sort(), registrations: sorted(registrations) };
  } finally {
    process.off("unhandledRejection", collect);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}

/** Sets mocks for the next resources; what they register, but not what they only read, is added to the returned list. */
export async function startMocks(cluster: MockCluster = {}): Promise<Registration[]> {
  const mocks: pulumi.runtime.Mocks = {
    newResource: async ({ type, name, inputs, custom, id }) => ({
      id: custom === false ? undefined : (id ?? `${name}-id`),
      state: { ...inputs, ...(await stateOf(type, name, inputs, cluster)) },
    }),
    call: ({ token }) => {
      throw new Error(`the program calls ${token}; a component must not look anything up`);
    },
  };
  await pulumi.runtime.setMocks(mocks, "istio-multicluster", "test", cluster.preview ?? false);
  const registrations: Registration[] = [];
  recordRequests((request) => {
    if (!CHART_SERVICE.test(request.getName())) registrations.push(toRegistration(request));
  });
  return registrations;
}

/** The mocks' own hook sees neither parents nor dependencies nor where in the inputs a secret is, so the requests are read. */
function recordRequests(record: (request: RegisterResourceRequest) => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: RegisterResourceRequest, callback: unknown): unknown;
  };
  const register = monitor.registerResource.bind(monitor);
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
  const parentType = parent === "" ? "" : `${parent.split("::")[2]?.split("$").at(-1)}$`;
  return {
    type,
    name: request.getName(),
    urn: `urn:pulumi:test::istio-multicluster::${parentType}${type}::${request.getName()}`,
    inputs: inputs as Record<string, unknown>,
    secretPaths: secretPaths.sort(),
    provider: providers.filter((ref) => ref !== "").map(providerName)[0],
    parent: parent === "" ? undefined : nameOf(parent),
    dependsOn: [...new Set(request.getDependenciesList().map(nameOf))].sort(),
    protect: request.getProtect() ?? false,
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

function sorted(registrations: Registration[]): Registration[] {
  return registrations.sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}

async function stateOf(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  cluster: MockCluster,
): Promise<Record<string, unknown>> {
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n` };
    case "tls:index/certRequest:CertRequest":
      return {
        certRequestPem: `-----BEGIN CERTIFICATE REQUEST-----\n${name}\n-----END CERTIFICATE REQUEST-----\n`,
      };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { certPem: await rootCertificate(), ...validity(inputs) };
    case "tls:index/locallySignedCert:LocallySignedCert":
      return {
        certPem: `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`,
        ...validity(inputs),
      };
    case "kubernetes:core/v1:Secret":
      if (inputs["type"] !== "kubernetes.io/service-account-token") return {};
      return { data: cluster.tokenData ?? { token: Buffer.from(`token-of-${name}`).toString("base64") } };
    case "kubernetes:helm.sh/v4:Chart":
      return inputs["chart"] === undefined ? {} : { resources: chartResources(name, inputs, cluster) };
    case "kubernetes:core/v1:Service":
      return CHART_SERVICE.test(name) && cluster.ingress
        ? { status: { loadBalancer: { ingress: cluster.ingress } } }
        : {};
    case "pulumi:pulumi:StackReference":
      return { outputs: cluster.stackOutputs?.[String(inputs["name"])] ?? {} };
    default:
      return {};
  }
}

function validity(inputs: Record<string, unknown>) {
  return {
    validityStartTime: MOCK_START,
    validityEndTime: hoursAfterStart(Number(inputs["validityPeriodHours"])),
  };
}

function chartResources(
  name: string,
  inputs: Record<string, unknown>,
  { ingress, preview }: MockCluster,
): Service[] {
  if (inputs["name"] !== "istio-eastwestgateway" || (ingress === undefined && !preview)) return [];
  return [new Service(`${name}:istio-system/istio-eastwestgateway`)];
}
