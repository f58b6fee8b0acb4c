import { isPrimary, discoveryLinks, visibleFrom } from "../../topology/links";
import { gatewaySettings } from "../gateway/plan";
import { istiodSettings } from "../istio/plan";
import { isDnsName, labelProblems, unknownCluster } from "../labels";
import type { MeshSpec, Problem, ServiceSpec } from "../types";
import { clusterLocalPattern, covers, exportedHosts, hostOf, SERVICE_DOMAIN } from "./hosts";
import { callersElsewhere, hasUnknownNames } from "./plan";
import { repeatedPorts } from "./repeated-ports";

/** A host that can be cluster-local: one Service, or those of one namespace or of all. */
const LOCAL_HOST = new RegExp(
  `^(\\*|(\\*|[-a-z0-9]+)\\.[-a-z0-9]+)\\.${SERVICE_DOMAIN.replaceAll(".", "\\.")}$`,
);

/** Exported services are told apart, run somewhere, and can be reached by those who may call them. */
export function services(spec: MeshSpec): Problem[] {
  const names = new Set([...spec.clusters, ...(spec.exporters ?? [])].map(({ name }) => name));
  return [
    ...clusterLocal(spec.clusterLocal ?? []),
    ...replacedSettings(spec),
    ...nothingExported(spec),
    ...noNames(spec),
    ...(spec.services ?? []).flatMap((service, index) => {
      const path = `services[${index}]`;
      return [
        ...labelProblems(service.name, `${path}.name`),
        ...labelProblems(service.namespace, `${path}.namespace`),
        ...twice(service, index, spec),
        ...ports(service, path),
        ...places(service, names, path),
        ...pods(service, path),
        ...localAndExported(service, path, spec),
        ...unreachable(service, path, spec),
        ...unresolved(service, path, spec),
        ...notExposed(service, path, spec),
      ];
    }),
  ];
}

function clusterLocal(hosts: readonly string[]): Problem[] {
  return hosts.flatMap((host, index) => {
    const path = `clusterLocal[${index}]`;
    if (!LOCAL_HOST.test(host)) {
      const message = `"${host}" is no host of a Service to Istio; write <name>.<namespace>.${SERVICE_DOMAIN}, or *.<namespace>.${SERVICE_DOMAIN}`;
      return [{ path, message }];
    }
    const first = hosts.indexOf(host);
    return first === index ? [] : [{ path, message: `${host} is already clusterLocal[${first}]; remove it` }];
  });
}

/** Helm values are merged last, and lists in them are not added to ours. */
function replacedSettings(spec: MeshSpec): Problem[] {
  if (spec.clusterLocal === undefined) return [];
  const replacing = spec.clusters
    .filter(isPrimary)
    .filter((cluster) => {
      const meshConfig = istiodSettings(cluster, spec).values?.["meshConfig"];
      return typeof meshConfig === "object" && meshConfig !== null && "serviceSettings" in meshConfig;
    })
    .map(({ name }) => name);
  if (replacing.length === 0) return [];
  return [
    {
      path: "clusterLocal",
      message: `has no effect in ${replacing.join(", ")}, where istiod.values.meshConfig.serviceSettings replaces it; keep one of them`,
    },
  ];
}

function noNames(spec: MeshSpec): Problem[] {
  const { serviceStubs, dnsCapture } = spec;
  if (serviceStubs !== false || dnsCapture || !hasUnknownNames(spec)) return [];
  const message =
    "is false, but no proxy answers DNS queries either, so names of services of other clusters would not resolve; remove it or set dnsCapture: true";
  return [{ path: "serviceStubs", message }];
}

/** Proxies learn at their start whether they answer for DNS, and whoever does not still needs the stubs. */
export function stubWarnings(spec: MeshSpec): Problem[] {
  const { serviceStubs, dnsCapture } = spec;
  if (!dnsCapture || serviceStubs !== undefined || !hasUnknownNames(spec)) return [];
  const message =
    "is true, so there are no stubs for services of other clusters, whose names pods that were started before it cannot resolve without; " +
    "set serviceStubs: true until every pod has been restarted, then serviceStubs: false";
  return [{ path: "dnsCapture", message }];
}

function nothingExported(spec: MeshSpec): Problem[] {
  if (spec.gateway?.hosts !== undefined || exportedHosts(spec).length > 0) return [];
  // What is wrong with services that are listed is said of each of them.
  if (spec.services?.length !== 0) return [];
  return [
    {
      path: "services",
      message: 'is empty, so gateways would lead nowhere; list services, or leave it out for "*.local"',
    },
  ];
}

function twice(service: ServiceSpec, index: number, { services: list = [] }: MeshSpec): Problem[] {
  const first = list.findIndex((other) => hostOf(other) === hostOf(service));
  if (first === index) return [];
  const { namespace, name } = service;
  return [
    {
      path: `services[${index}]`,
      message: `${namespace}/${name} is already services[${first}]; list it once, with all of its clusters`,
    },
  ];
}

function ports({ ports: list }: ServiceSpec, path: string): Problem[] {
  if (list.length === 0) {
    return [{ path: `${path}.ports`, message: "is empty; list the ports that the Service has" }];
  }
  return repeatedPorts(list, `${path}.ports`);
}

function places({ clusters }: ServiceSpec, names: ReadonlySet<string>, path: string): Problem[] {
  if (clusters.length === 0) {
    return [{ path: `${path}.clusters`, message: "is empty; name the clusters in which the Service runs" }];
  }
  return clusters.flatMap((cluster, index) => [
    ...unknownCluster(cluster, names, `${path}.clusters[${index}]`),
    ...(clusters.indexOf(cluster) < index
      ? [{ path: `${path}.clusters[${index}]`, message: `${cluster} is there already; name it once` }]
      : []),
  ]);
}

/** What is said of the pods of a Service can be of some. */
function pods({ namespace, serviceAccounts = [], selector }: ServiceSpec, path: string): Problem[] {
  const empty = selector !== undefined && Object.keys(selector).length === 0;
  return [
    ...serviceAccounts.flatMap((account, index) =>
      // A name may have dots in it.
      isDnsName(`${account}.x`)
        ? []
        : [
            {
              path: `${path}.serviceAccounts[${index}]`,
              message: `"${account}" is no name of a service account; write the name alone, such as helloworld, of an account in namespace ${namespace}`,
            },
          ],
    ),
    ...(empty
      ? [
          {
            path: `${path}.selector`,
            message: `is empty, and would take every pod of namespace ${namespace}; list labels of its pods, or remove it`,
          },
        ]
      : []),
  ];
}

function localAndExported(service: ServiceSpec, path: string, spec: MeshSpec): Problem[] {
  const host = hostOf(service);
  const pattern = clusterLocalPattern(host, spec);
  if (pattern === undefined) return [];
  const where = spec.clusterLocal?.includes(pattern)
    ? `clusterLocal has ${pattern}; remove it there or here`
    : `Istio keeps ${pattern} within each cluster; remove it here`;
  return [{ path, message: `is ${host}, which no other cluster reaches: ${where}` }];
}

/** What Istio does not do between networks, and does not complain of either. */
function unreachable(service: ServiceSpec, path: string, spec: MeshSpec): Problem[] {
  const { headless = false, injected = true } = service;
  const callers = callersOnOtherNetworks(service, spec);
  if (callers.length === 0) return [];
  const who = `${callers.join(", ")}, on another network`;
  return [
    ...(headless
      ? [
          {
            path: `${path}.headless`,
            message: `is true, so clients of ${who}, get no addresses (istio/istio#38327); use a Service with a ClusterIP, one per pod if each is called by itself, or remove those links`,
          },
        ]
      : []),
    ...(injected
      ? []
      : [
          {
            path: `${path}.injected`,
            message: `is false, so there is no mutual TLS, without which Istio drops its endpoints for clients of ${who} (istio/istio#28798); let its pods be injected or remove those links`,
          },
        ]),
  ];
}

/** The DNS of a cluster has the addresses of its own pods only. */
function unresolved(service: ServiceSpec, path: string, spec: MeshSpec): Problem[] {
  if (!service.headless || spec.dnsCapture || callersOnOtherNetworks(service, spec).length > 0) return [];
  const callers = callersElsewhere(service, spec);
  if (callers.length === 0) return [];
  return [
    {
      path: `${path}.headless`,
      message: `is true, so the DNS of ${callers.join(", ")} has no addresses for it; set dnsCapture: true, or use a Service with a ClusterIP`,
    },
  ];
}

/** Clusters that see the Service run on a network that is not theirs. */
function callersOnOtherNetworks(service: ServiceSpec, spec: MeshSpec): string[] {
  const mesh = { clusters: spec.clusters, links: discoveryLinks(spec) };
  const places = spec.clusters.filter(({ name }) => service.clusters.includes(name));
  return spec.clusters
    .filter(({ name, network }) => {
      const seen = visibleFrom(name, mesh);
      return places.some((place) => place.network !== network && seen.includes(place.name));
    })
    .map(({ name }) => name);
}

/** Hosts that somebody listed for a gateway win over what is exported. */
function notExposed(service: ServiceSpec, path: string, spec: MeshSpec): Problem[] {
  const callers = callersOnOtherNetworks(service, spec);
  if (callers.length === 0) return [];
  return spec.clusters.flatMap((cluster) => {
    const index = service.clusters.indexOf(cluster.name);
    const hosts = index < 0 ? undefined : gatewaySettings(cluster, spec).hosts;
    const host = hostOf(service);
    if (hosts === undefined || hosts.some((pattern) => covers(pattern, host))) return [];
    return [
      {
        path: `${path}.clusters[${index}]`,
        message: `is ${cluster.name}, whose gateway.hosts (${hosts.join(", ")}) leave out ${host}, so ${callers.join(", ")} would get no answer; add it there, or leave those hosts out`,
      },
    ];
  });
}
