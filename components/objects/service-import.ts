import type { Chart } from "cdk8s";
import { AUTO_PASSTHROUGH_PORT, importName, passthroughSni } from "../names";
import { importedHost, isByName } from "../spec/imports/imported-host";
import { importNetwork } from "../spec/imports/network";
import { importFailover } from "../spec/locality/priority";
import type { LocalityFailoverSpec } from "../spec/types";
import {
  DestinationRule,
  type DestinationRuleSpecTrafficPolicyPortLevelSettings as PortPolicy,
  type DestinationRuleSpecTrafficPolicyPortLevelSettingsLoadBalancerLocalityLbSetting as PolicyOrder,
  DestinationRuleSpecTrafficPolicyPortLevelSettingsTlsMode as TlsMode,
  ServiceEntry,
  type ServiceEntrySpec,
  ServiceEntrySpecLocation,
  ServiceEntrySpecResolution,
  VirtualService,
} from "./imports/networking.istio.io";
import { localityLbSetting, outlierDetection } from "./locality-failover";
import { isHttp, portProtocol } from "../spec/services/port-protocol";
import { entryPort, MTLS } from "./service-entries";

/** A port of an imported service. */
export interface ImportedPort {
  readonly name: string;
  readonly port: number;
  readonly sni?: string | undefined;
  readonly targetPort?: number | undefined;
}

/** The gateways of a cluster that exports the service. */
export interface ImportedEndpoint {
  readonly cluster: string;
  readonly addresses: readonly string[];
  readonly addressType?: string | undefined;
  readonly network?: string | undefined;
  readonly locality?: string | undefined;
}

/** What is imported, from where, and for whom. */
export interface ServiceImportInput {
  readonly host: string;
  readonly namespace: string;
  readonly exportTo?: readonly string[] | undefined;
  readonly ports: readonly ImportedPort[];
  readonly endpoints: readonly ImportedEndpoint[];
  readonly subjectAltNames: readonly string[];
  readonly failover?: LocalityFailoverSpec | undefined;
  readonly workloadSelector?: Readonly<Record<string, string>> | undefined;
  readonly stub: boolean;
}

/**
 * While no endpoint is left that is not left out, all of them are tried: a service that one cluster alone exports would
 * otherwise stay unreachable for minutes after it is back.
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/panic_threshold
 */
const SOME_HEALTHY = 1;

/** Two ServiceEntries of one host need one address between them. */
const WITHOUT_ADDRESS = { "networking.istio.io/enable-autoallocate-ip": "false" };

/** What lets the clients of one cluster reach a service of others through the gateways of these. */
export function serviceImport(chart: Chart, input: ServiceImportInput): void {
  const { host, workloadSelector } = input;
  const ownHost = importedHost(input);
  imported(chart, { ...input, host: ownHost }, isByName(input));
  clientPolicy(chart, input, ownHost);
  if (workloadSelector !== undefined) localPods(chart, input, workloadSelector);
  if (ownHost !== host) route(chart, input, ownHost);
}

function imported(chart: Chart, { endpoints, ...input }: ServiceImportInput, byName: boolean): void {
  const ports = Object.fromEntries(input.ports.map(({ name }) => [name, AUTO_PASSTHROUGH_PORT]));
  serviceEntry(chart, importName(input.host), input, {
    resolution: byName ? ServiceEntrySpecResolution.DNS : ServiceEntrySpecResolution.STATIC,
    ports: input.ports.map(({ name, port }) => entryPort(name, port)),
    endpoints: endpoints.flatMap(({ cluster, addresses, network, locality }) =>
      addresses.map((address) => ({
        address,
        ports,
        // Of a network that gateways see, theirs among them, two of them could send a request to and fro for ever.
        network: network ?? importNetwork(cluster),
        ...(locality === undefined ? {} : { locality }),
        labels: MTLS,
      })),
    ),
  });
}

/** Pods of the importer itself that serve the host as well. */
function localPods(
  chart: Chart,
  input: ServiceImportInput,
  workloadSelector: Readonly<Record<string, string>>,
): void {
  serviceEntry(chart, `local-${input.host}`, input, {
    labels: WITHOUT_ADDRESS,
    resolution: ServiceEntrySpecResolution.STATIC,
    ports: input.ports.map(({ name, port, targetPort }) => ({ ...entryPort(name, port), targetPort })),
    workloadSelector: { labels: { ...workloadSelector } },
  });
}

interface EntrySettings extends Omit<ServiceEntrySpec, "hosts"> {
  readonly labels?: Record<string, string>;
}

function serviceEntry(
  chart: Chart,
  name: string,
  { host, namespace, exportTo }: Omit<ServiceImportInput, "endpoints">,
  { labels, ...spec }: EntrySettings,
): void {
  new ServiceEntry(chart, name, {
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
    spec: {
      hosts: [host],
      ...(exportTo === undefined ? {} : { exportTo: [...exportTo] }),
      location: ServiceEntrySpecLocation.MESH_UNDERSCORE_INTERNAL,
      ...spec,
    },
  });
}

/** Per port, since what is said of a port replaces all that is said of the host. */
function clientPolicy(chart: Chart, input: ServiceImportInput, ownHost: string): void {
  const { host, namespace, exportTo, ports, subjectAltNames, failover = {} } = input;
  const portLevelSettings = ports.map(({ port, sni = passthroughSni(host, port) }): PortPolicy => ({
    port: { number: port },
    tls: {
      mode: TlsMode.ISTIO_UNDERSCORE_MUTUAL,
      sni,
      ...(subjectAltNames.length === 0 ? {} : { subjectAltNames: [...subjectAltNames] }),
    },
    outlierDetection: { ...outlierDetection(failover), minHealthPercent: SOME_HEALTHY },
    loadBalancer: { localityLbSetting: order(input.failover) },
  }));
  const name = importName(ownHost);
  new DestinationRule(chart, `policy-${name}`, {
    metadata: { name, namespace },
    spec: {
      host: ownHost,
      ...(exportTo === undefined ? {} : { exportTo: [...exportTo] }),
      trafficPolicy: { portLevelSettings },
    },
  });
}

/** Istio orders endpoints by locality wherever there is outlier detection, unless told not to. */
function order(failover: LocalityFailoverSpec | undefined): PolicyOrder {
  return failover === undefined ? { enabled: false } : localityLbSetting(importFailover(failover));
}

/** Leads the clients of the stub to what is imported under another host. */
function route(
  chart: Chart,
  { host, namespace, exportTo, ports }: ServiceImportInput,
  ownHost: string,
): void {
  const rules = (fits: (portName: string) => boolean) =>
    ports
      .filter(({ name }) => fits(name))
      .map(({ port }) => ({
        match: [{ port }],
        route: [{ destination: { host: ownHost, port: { number: port } } }],
      }));
  // Of a port whose name tells no protocol proxies find out what it is, and need the route that fits.
  const http = rules((portName) => isHttp(portName) || portProtocol(portName) === undefined);
  const tcp = rules((portName) => !isHttp(portName));
  const name = importName(host);
  new VirtualService(chart, `route-${name}`, {
    metadata: { name, namespace },
    spec: {
      hosts: [host],
      ...(exportTo === undefined ? {} : { exportTo: [...exportTo] }),
      ...(http.length === 0 ? {} : { http }),
      ...(tcp.length === 0 ? {} : { tcp }),
    },
  });
}
