import { isIP } from "node:net";
import { isDnsName, labelProblems } from "../labels";
import type { ClusterSpec, ExporterSpec, MeshSpec, Problem } from "../types";
import { importNetwork } from "./network";
import { clustersBehind } from "./plan";
import { hasOwnGateway } from "./own-gateway";
import { type HostImport, hostImports } from "./select";

/** The gateways of what is imported are known, and its networks are those of nobody else. */
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
    ]),
  ];
}

function exporterProblems(exporter: ExporterSpec, index: number, spec: MeshSpec): Problem[] {
  const path = `exporters[${index}]`;
  const { name, addresses, from, addressType, trustDomain } = exporter;
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
  if (addresses !== undefined && from === undefined && addressType !== undefined) {
    const message = "has no effect: addresses tell by themselves what they are; remove it";
    problems.push({ path: `${path}.addressType`, message });
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
  if (!hasOwnGateway(cluster, spec) || cluster.gatewayAddresses !== undefined) return [];
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
