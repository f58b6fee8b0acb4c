import type { Chart } from "cdk8s";
import { aliasName, ISTIO_NAMESPACE } from "../names";
import {
  ServiceEntry,
  ServiceEntrySpecLocation,
  ServiceEntrySpecResolution,
} from "./imports/networking.istio.io";
import { entryPort, MTLS } from "./service-entries";

/** A port of an alias, and that of what is behind it. */
export interface AliasPort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
}

/** Another host for a Service. */
export interface ServiceAliasInput {
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly ports: readonly AliasPort[];
  readonly workloadSelector?: Readonly<Record<string, string>> | undefined;
}

/** Lets the gateways of a cluster, and nobody else, know a Service under another host and other port numbers. */
export function serviceAlias(chart: Chart, alias: ServiceAliasInput): void {
  const { host, namespace, ports, workloadSelector } = alias;
  const name = aliasName(host);
  new ServiceEntry(chart, name, {
    metadata: { name, namespace },
    spec: {
      hosts: [host],
      exportTo: [ISTIO_NAMESPACE],
      location: ServiceEntrySpecLocation.MESH_UNDERSCORE_INTERNAL,
      ...(workloadSelector === undefined ? byName(alias) : bySelector(ports, workloadSelector)),
    },
  });
}

function bySelector(ports: readonly AliasPort[], labels: Readonly<Record<string, string>>) {
  return {
    resolution: ServiceEntrySpecResolution.STATIC,
    ports: ports.map((port) => ({ ...entryPort(port.name, port.port), targetPort: port.targetPort })),
    workloadSelector: { labels: { ...labels } },
  };
}

function byName({ service, ports }: ServiceAliasInput) {
  return {
    resolution: ServiceEntrySpecResolution.DNS,
    ports: ports.map(({ name, port }) => entryPort(name, port)),
    endpoints: [
      {
        address: service,
        ports: Object.fromEntries(ports.map(({ name, targetPort }) => [name, targetPort])),
        // Gateways lead to no endpoint without mutual TLS.
        labels: MTLS,
      },
    ],
  };
}
