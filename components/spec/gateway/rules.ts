import { isIP } from "node:net";
import { GATEWAY_REPLICAS } from "../../defaults";
import { clientsElsewhere, discoveryLinks, importersOf, remotesOf, visibleFrom } from "../../topology/links";
import { adopts } from "../adopt/adopted";
import { cidrProblems } from "../clusters/cidrs";
import type { ClusterSpec, GatewaySpec, MeshSpec, Problem } from "../types";
import { exposureOf, gatewaySettings } from "./plan";

/** Settings of gateways make sense, and there is a gateway wherever traffic has to come in through one. */
export function gateways(spec: MeshSpec): Problem[] {
  return [
    ...settings(spec.gateway, "gateway"),
    ...spec.clusters.flatMap((cluster, index) =>
      cluster.gateway ? settings(gatewaySettings(cluster, spec), `clusters[${index}].gateway`) : [],
    ),
    ...reachability(spec),
  ];
}

function settings(gateway: GatewaySpec | undefined, path: string): Problem[] {
  if (gateway === undefined) return [];
  const { replicas, minReplicas, maxReplicas, hosts, sourceRanges } = gateway;
  const problems: Problem[] = [];
  if (replicas !== undefined && (minReplicas !== undefined || maxReplicas !== undefined)) {
    problems.push({
      path: `${path}.replicas`,
      message: "fixes the count, so minReplicas and maxReplicas have no effect; remove one or the other",
    });
  }
  if ((minReplicas ?? GATEWAY_REPLICAS.min) > (maxReplicas ?? GATEWAY_REPLICAS.max)) {
    problems.push({
      path: `${path}.minReplicas`,
      message: `is above maxReplicas (${maxReplicas ?? GATEWAY_REPLICAS.max}); lower it or raise maxReplicas`,
    });
  }
  if (hosts?.length === 0) {
    problems.push({
      path: `${path}.hosts`,
      message: 'is empty, so nothing could be reached; list hosts, or leave it out for "*.local"',
    });
  }
  problems.push(...hostProblems(hosts ?? [], `${path}.hosts`));
  problems.push(...cidrProblems(sourceRanges, `${path}.sourceRanges`));
  return problems;
}

/**
 * A name or a pattern, perhaps of one namespace's. Istio refuses anything else too, on `up`, once istiod is there.
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#Server-hosts
 */
const HOST = /^(([-a-z0-9]+|\*|\.)\/)?(\*|(\*|(\*-)?[-a-z0-9]+)(\.[-a-z0-9]+)+)$/i;

/** What is left of a URL, or of a host with a port. */
const NAME_IN_URL = /^(?:[a-z]+:\/\/)?([^/:]+)(?::\d+)?(?:\/.*)?$/i;

function hostProblems(hosts: readonly string[], path: string): Problem[] {
  return hosts.flatMap((host, index) => {
    if (isHost(host)) return [];
    const [, name = ""] = NAME_IN_URL.exec(host) ?? [];
    const mend =
      name !== host && isHost(name)
        ? `write ${name}: the name alone, without scheme, port and path`
        : "write the full name of a Service, such as db.shop.svc.cluster.local, or a pattern such as *.shop.svc.cluster.local";
    return [{ path: `${path}[${index}]`, message: `"${host}" is no host to Istio; ${mend}` }];
  });
}

function isHost(text: string): boolean {
  return HOST.test(text) && isIP(text) === 0;
}

/** Whether a client's requests to a cluster can take the gateway of another cluster of its network. */
function comesBySibling(client: string, cluster: ClusterSpec, spec: MeshSpec): boolean {
  const mesh = { clusters: spec.clusters, links: discoveryLinks(spec) };
  return spec.clusters.some(
    (sibling) =>
      sibling.network === cluster.network &&
      exposureOf(sibling, spec)?.exposesServices === true &&
      visibleFrom(client, mesh).includes(sibling.name) &&
      // A gateway leads to what its own control plane knows.
      visibleFrom(sibling.name, mesh).includes(cluster.name),
  );
}

function isOffering({ name }: ClusterSpec, { services = [] }: MeshSpec): boolean {
  return services.some(({ exported, clusters }) => exported && clusters.includes(name));
}

/** Without a gateway istiod silently hands out pod addresses that another network cannot reach. */
function reachability(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) => {
    if ((cluster.gateway?.enabled ?? spec.gateway?.enabled) !== false) return [];
    if (adopts(cluster, "istiod")) return [];
    const clients = clientsElsewhere(cluster, spec).filter(
      (client) => !comesBySibling(client, cluster, spec),
    );
    const importers = importersOf(cluster.name, spec);
    const remotes = cluster.externalControlPlane ? [] : remotesOf(cluster.name, spec.clusters);
    const needs = [
      ...(clients.length > 0 ? [`reached from other networks by ${clients.join(", ")}`] : []),
      ...(importers.length > 0 ? [`imported from by ${importers.join(", ")}`] : []),
      ...(isOffering(cluster, spec) ? ["to export to other stacks"] : []),
      ...(remotes.length > 0 ? [`the control plane of ${remotes.join(", ")}`] : []),
    ];
    if (needs.length === 0) return [];
    return [
      {
        path: cluster.gateway?.enabled === false ? `clusters[${index}].gateway.enabled` : "gateway.enabled",
        message: `is false, but ${cluster.name} (${cluster.network}) is ${needs.join(" and ")}; enable the gateway or remove those links`,
      },
    ];
  });
}
