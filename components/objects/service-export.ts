import type { Chart } from "cdk8s";
import { aliasName, ISTIO_NAMESPACE } from "../names";
import { hostOf } from "../spec/services/hosts";
import {
  ServiceEntry,
  ServiceEntrySpecLocation,
  ServiceEntrySpecResolution,
} from "./imports/networking.istio.io";
import { portProtocol } from "./port-protocol";

/** A port of an alias, and that of the Service behind it. */
export interface AliasPort {
  readonly name: string;
  readonly port: number;
  readonly servicePort: number;
}

/** Another host for a Service. */
export interface ServiceAliasInput {
  readonly host: string;
  readonly service: string;
  readonly namespace: string;
  readonly ports: readonly AliasPort[];
}

/** Lets the gateways of a cluster, and nobody else, know a Service under another host and other port numbers. */
export function serviceAlias(chart: Chart, { host, service, namespace, ports }: ServiceAliasInput): void {
  const name = aliasName(host);
  new ServiceEntry(chart, name, {
    metadata: { name, namespace },
    spec: {
      hosts: [host],
      exportTo: [ISTIO_NAMESPACE],
      location: ServiceEntrySpecLocation.MESH_UNDERSCORE_INTERNAL,
      // By the Service's name: a selector and the pods' own ports would be its settings once more.
      resolution: ServiceEntrySpecResolution.DNS,
      ports: ports.map(({ name, port }) => {
        const protocol = portProtocol(name);
        return { name, number: port, ...(protocol === undefined ? {} : { protocol }) };
      }),
      endpoints: [
        {
          address: hostOf({ name: service, namespace }),
          ports: Object.fromEntries(ports.map(({ name, servicePort }) => [name, servicePort])),
          // Gateways lead to no endpoint without mutual TLS.
          labels: { "security.istio.io/tlsMode": "istio" },
        },
      ],
    },
  });
}
