import { isIP } from "node:net";
import { isPrimary } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { exposureOf, gatewaySettings } from "../gateway/plan";
import { isDnsName, labelProblems } from "../labels";
import { covers, hostOf } from "../services/hosts";
import type { ClusterSpec, ExporterSpec, MeshSpec, Problem, ServiceSpec } from "../types";
import { aliased } from "./exports";
import { oncePerPlace } from "./host-rules";
import { importNetwork } from "./network";
import { clustersBehind } from "./plan";
import { type HostImport, hostImports, needsAlias } from "./select";

/** What is imported can be: its gateways are known and lead to it, and who may answer for it is known. */
export function exporting(spec: MeshSpec): Problem[] {
  const found = hostImports(spec);
  return [
    ...(spec.exporters ?? []).flatMap((exporter, index) => exporterProblems(exporter, index, spec)),
    ...spec.clusters.flatMap(({ gatewayAddresses }, index) =>
      addressProblems(gatewayAddresses, `clusters[${index}].gatewayAddresses`),
    ),
    ...spec.clusters.flatMap((cluster, index) => [
      ...unknownAddress(cluster, index, found, spec),
      ...takenNetwork(cluster, index, found),
      ...takenAlias(cluster, spec),
    ]),
    ...(spec.services ?? []).flatMap((service, index) => serviceProblems(service, index, found, spec)),
  ];
}

function exporterProblems(exporter: ExporterSpec, index: number, spec: MeshSpec): Problem[] {
  const path = `exporters[${index}]`;
  const { name, addresses, from, trustDomain } = exporter;
  const problems = [...labelProblems(name, `${path}.name`)];
  const taken = spec.clusters.findIndex((cluster) => cluster.name === name);
  const first = (spec.exporters ?? []).findIndex((other) => other.name === name);
  if (taken >= 0 || first < index) {
    const whose = taken >= 0 ? `clusters[${taken}]` : `exporters[${first}]`;
    problems.push({
      path: `${path}.name`,
      message: `"${name}" is already the name of ${whose}; give it one of its own`,
    });
  }
  if ((addresses === undefined) === (from === undefined)) {
    const message =
      addresses === undefined
        ? "says nothing of its gateway; set addresses, or from for an output of its stack"
        : "sets addresses and from; keep one of them";
    problems.push({ path, message });
  }
  if (trustDomain !== undefined && !isDnsName(`${trustDomain}.x`)) {
    problems.push({
      path: `${path}.trustDomain`,
      message: `"${trustDomain}" is not a DNS name; use lower-case labels joined by dots, such as cluster.local`,
    });
  }
  return [...problems, ...addressProblems(addresses, `${path}.addresses`)];
}

function addressProblems(addresses: readonly string[] | undefined, path: string): Problem[] {
  if (addresses === undefined) return [];
  if (addresses.length === 0) return [{ path, message: "is empty; give at least one address" }];
  const wrong = addresses.findIndex((address) => isIP(address) === 0 && !isDnsName(address));
  if (wrong >= 0) {
    const message = `"${addresses[wrong]}" is neither an IP address nor a DNS name; give it without port`;
    return [{ path: `${path}[${wrong}]`, message }];
  }
  const ips = addresses.filter((address) => isIP(address) > 0).length;
  if (ips === 0 || ips === addresses.length) return [];
  return [{ path, message: "mixes IP addresses and host names; give one kind" }];
}

/** The gateway of an adopted cluster is somebody else's, and its address is not known here. */
function unknownAddress(
  cluster: ClusterSpec,
  index: number,
  found: readonly HostImport[],
  spec: MeshSpec,
): Problem[] {
  if (!adopts(cluster, "istiod") || cluster.gatewayAddresses !== undefined) return [];
  if (exposureOf(cluster, spec) !== undefined) return [];
  const importers = importersFrom(cluster.name, found);
  if (importers.length === 0) return [];
  const message = `is missing: ${importers.join(", ")} import from ${cluster.name}, whose gateway is its own (adopt: istiod); give its addresses, or set gateway.enabled: true for one that is made here`;
  return [{ path: `clusters[${index}].gatewayAddresses`, message }];
}

function importersFrom(cluster: string, found: readonly HostImport[]): string[] {
  const importing = found.filter((one) => clustersBehind(one).includes(cluster));
  return [...new Set(importing.map(({ importer }) => importer))];
}

function takenNetwork({ network }: ClusterSpec, index: number, found: readonly HostImport[]): Problem[] {
  const exporter = found.flatMap(clustersBehind).find((name) => importNetwork(name) === network);
  if (exporter === undefined) return [];
  const message = `is ${network}, the network of what is imported from ${exporter}; choose another name`;
  return [{ path: `clusters[${index}].network`, message }];
}

/** An alias cannot have the name of a Service that its cluster knows, and leads to one service. */
function takenAlias({ name, controlPlanes = [] }: ClusterSpec, spec: MeshSpec): Problem[] {
  if (controlPlanes.length > 0) return [];
  const aliases = aliased(name, spec);
  return oncePerPlace(
    aliases.flatMap(({ found: { host, index }, service }) => {
      const own = (spec.services ?? []).find(
        (other) => hostOf(other) === host && other.clusters.includes(name),
      );
      const other = aliases.find((alias) => alias.found.host === host && alias.service !== service);
      if (own === undefined && other === undefined) return [];
      const why =
        own === undefined
          ? `${hostOf(service)} and ${hostOf(other?.service ?? service)} both run there`
          : "it is a Service of its own there";
      const message = `${host} cannot lead to ${hostOf(service)} in ${name}: ${why}; use another host, or leave ${name} out of services.clusters`;
      return [{ path: `imports[${index}].host`, message }];
    }),
  );
}

function serviceProblems(
  service: ServiceSpec,
  index: number,
  found: readonly HostImport[],
  spec: MeshSpec,
): Problem[] {
  const path = `services[${index}]`;
  const importing = found.filter(({ exported }) => exported.some((own) => own.service === service));
  return [
    ...uselessTargets(service, path),
    ...oncePerPlace(
      importing.flatMap((one) => [...identity(service, path, one), ...unreachable(service, path, one)]),
    ),
    ...oncePerPlace(importing.flatMap((one) => leftOut(service, path, one, spec))),
  ];
}

function uselessTargets({ ports, selector }: ServiceSpec, path: string): Problem[] {
  if (selector !== undefined) return [];
  return ports.flatMap(({ targetPort }, index) =>
    targetPort === undefined
      ? []
      : [
          {
            path: `${path}.ports[${index}].targetPort`,
            message: "has no effect without selector; set that, or remove it",
          },
        ],
  );
}

function identity(
  { serviceAccounts = [] }: ServiceSpec,
  path: string,
  { settings, index }: HostImport,
): Problem[] {
  if (settings.anyIdentity || serviceAccounts.length > 0) return [];
  const message = `is missing, so that whoever has an identity of the mesh could answer where imports[${index}] takes it; list the accounts of its pods, or set anyIdentity: true there`;
  return [{ path: `${path}.serviceAccounts`, message }];
}

function unreachable(
  { headless, injected }: ServiceSpec,
  path: string,
  { index, importer }: HostImport,
): Problem[] {
  const who = `imports[${index}] takes it into ${importer}`;
  return [
    ...(headless
      ? [
          {
            path: `${path}.headless`,
            message: `is true, and ${who}, which learns no addresses of its pods; use a Service with a ClusterIP, or leave it out there`,
          },
        ]
      : []),
    ...(injected === false
      ? [
          {
            path: `${path}.injected`,
            message: `is false, and ${who} by way of a gateway, behind which nothing would take its mutual TLS; let its pods be injected, or leave it out there`,
          },
        ]
      : []),
  ];
}

/** Hosts that somebody listed for a gateway win over what is imported from it. */
function leftOut(service: ServiceSpec, path: string, found: HostImport, spec: MeshSpec): Problem[] {
  const host = needsAlias(found) ? found.host : hostOf(service);
  const exporters = found.exported.find((own) => own.service === service)?.clusters ?? [];
  return exporters.flatMap((name) => {
    const cluster = spec.clusters.find((candidate) => candidate.name === name);
    const configuring = cluster && configuringOf(cluster, spec);
    const hosts = configuring && gatewaySettings(configuring, spec).hosts;
    if (hosts === undefined || hosts.some((pattern) => covers(pattern, host))) return [];
    const message = `is ${name}, whose gateway.hosts (${hosts.join(", ")}) leave out ${host}, so ${found.importer} would get no answer; add it there, or leave those hosts out`;
    return [{ path: `${path}.clusters[${service.clusters.indexOf(name)}]`, message }];
  });
}

/** The cluster whose control plane configures a cluster's gateway. */
function configuringOf(cluster: ClusterSpec, { clusters }: MeshSpec): ClusterSpec | undefined {
  return isPrimary(cluster) ? cluster : clusters.find(({ name }) => name === cluster.controlPlanes?.[0]);
}
