import { isIP } from "node:net";
import type { GatewaySpec, IstiodSpec, LinkSpec, MeshSpec, Problem } from "./types";
import { gatewaySettings, linksOf, needsGateway, planCa } from "./plan";

/** A Kubernetes label of RFC 1123: what a cluster name must be to serve as Secret key, Istio cluster ID and name part. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_LABEL_MAX = 63;

/** The cluster ID that Istio's charts use when none is set; as a name it would hide a missing setting. */
const CHART_DEFAULT_CLUSTER = "Kubernetes";

/**
 * Finds every problem of a mesh, in the order of the spec. An empty list means that {@link planMesh} succeeds.
 *
 * @see https://istio.io/latest/docs/ops/deployment/deployment-models/
 */
export function validateMesh(spec: MeshSpec): Problem[] {
  return [
    ...validateMeshNames(spec),
    ...validateIstio(spec),
    ...validateCa(spec),
    ...validateGateway(spec.gateway, "gateway"),
    ...validateRevision(spec.istiod, "istiod"),
    ...validateClusters(spec),
    ...validateLinks(spec),
    ...validateReachability(spec),
    ...validateSampleApps(spec),
  ];
}

/** Says what keeps `value` from being a DNS-1123 label, or nothing. */
export function dnsLabelProblem(value: string): string | undefined {
  if (value === "") return "must not be empty; give it a DNS-1123 label such as cluster1";
  if (value === CHART_DEFAULT_CLUSTER) {
    return `must not be ${CHART_DEFAULT_CLUSTER}: that is the ID that Istio gives to a cluster nobody named; choose a name of its own`;
  }
  if (value.length > DNS_LABEL_MAX) {
    return `has ${value.length} characters; shorten it to at most ${DNS_LABEL_MAX}`;
  }
  if (!DNS_LABEL.test(value)) {
    return `"${value}" is not a DNS-1123 label; use lower-case letters, digits and "-", beginning and ending with a letter or digit`;
  }
  return undefined;
}

function labelProblems(value: string | undefined, path: string): Problem[] {
  const message = value === undefined ? undefined : dnsLabelProblem(value);
  return message === undefined ? [] : [{ path, message }];
}

function validateMeshNames(spec: MeshSpec): Problem[] {
  const trustDomain = spec.trustDomain ?? "cluster.local";
  const labels = trustDomain.split(".");
  return [
    ...labelProblems(spec.meshId, "meshId"),
    ...(labels.every((label) => DNS_LABEL.test(label))
      ? []
      : [
          {
            path: "trustDomain",
            message: `"${trustDomain}" is not a DNS name; use lower-case labels joined by dots, such as cluster.local`,
          },
        ]),
  ];
}

function validateIstio(spec: MeshSpec): Problem[] {
  const charts = spec.istio?.charts ?? {};
  const set = (["repository", "oci", "folder"] as const).filter((key) => charts[key] !== undefined);
  if (set.length < 2) return [];
  return [{ path: "istio.charts", message: `sets ${set.join(" and ")}; keep one of them` }];
}

function validateCa(spec: MeshSpec): Problem[] {
  const ca = planCa(spec.ca);
  if (ca.intermediateValidityDays <= ca.rootValidityDays) return [];
  return [
    {
      path: "ca.intermediateValidityDays",
      message: `is ${ca.intermediateValidityDays}, so intermediates would outlive the root (${ca.rootValidityDays} days); lower it or raise ca.rootValidityDays`,
    },
  ];
}

/** Names of the chart's objects, on which links and order rest, change with a revision. */
function validateRevision(istiod: IstiodSpec | undefined, path: string): Problem[] {
  if (!istiod?.values?.["revision"]) return [];
  return [
    { path: `${path}.values.revision`, message: "is not supported: one control plane a cluster; remove it" },
  ];
}

function validateClusters(spec: MeshSpec): Problem[] {
  const { clusters } = spec;
  if (clusters.length === 0) {
    return [
      { path: "clusters", message: "is empty; list at least one cluster with name, network and access" },
    ];
  }
  return clusters.flatMap((cluster, index) => {
    const path = `clusters[${index}]`;
    const first = clusters.findIndex((other) => other.name === cluster.name);
    return [
      ...labelProblems(cluster.name, `${path}.name`),
      ...(first < index
        ? [
            {
              path: `${path}.name`,
              message: `"${cluster.name}" is already the name of clusters[${first}]; give each cluster its own`,
            },
          ]
        : []),
      ...labelProblems(cluster.network, `${path}.network`),
      ...(cluster.gateway ? validateGateway(gatewaySettings(cluster, spec), `${path}.gateway`) : []),
      ...validateRevision(cluster.istiod, `${path}.istiod`),
    ];
  });
}

function validateGateway(gateway: GatewaySpec | undefined, path: string): Problem[] {
  if (gateway === undefined) return [];
  const { replicas, minReplicas, maxReplicas, hosts, sourceRanges } = gateway;
  const problems: Problem[] = [];
  if (replicas !== undefined && (minReplicas !== undefined || maxReplicas !== undefined)) {
    problems.push({
      path: `${path}.replicas`,
      message: "fixes the count, so minReplicas and maxReplicas have no effect; remove one or the other",
    });
  }
  if ((minReplicas ?? 1) > (maxReplicas ?? 5)) {
    problems.push({
      path: `${path}.minReplicas`,
      message: `is above maxReplicas (${maxReplicas ?? 5}); lower it or raise maxReplicas`,
    });
  }
  if (hosts?.length === 0) {
    problems.push({
      path: `${path}.hosts`,
      message: 'is empty, so nothing could be reached; list hosts, or leave it out for "*.local"',
    });
  }
  (sourceRanges ?? []).forEach((range, index) => {
    if (!isCidr(range)) {
      problems.push({
        path: `${path}.sourceRanges[${index}]`,
        message: `"${range}" is not a CIDR such as 203.0.113.0/24`,
      });
    }
  });
  return problems;
}

function isCidr(text: string): boolean {
  const [address = "", bits = "", ...rest] = text.split("/");
  const family = isIP(address);
  return (
    family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
  );
}

function validateLinks(spec: MeshSpec): Problem[] {
  const names = new Set(spec.clusters.map((cluster) => cluster.name));
  const links = spec.links ?? [];
  return links.flatMap((link, index) => {
    const path = `links[${index}]`;
    const first = links.findIndex((other) => sameLink(other, link));
    return [
      ...unknownCluster(link.observer, names, `${path}.observer`),
      ...unknownCluster(link.observed, names, `${path}.observed`),
      ...(link.observer === link.observed
        ? [
            {
              path,
              message: `links ${link.observer} to itself; a cluster always knows itself, remove the link`,
            },
          ]
        : []),
      ...(first < index
        ? [
            {
              path,
              message: `${link.observer} -> ${link.observed} is already links[${first}]; remove one of them`,
            },
          ]
        : []),
    ];
  });
}

function sameLink(a: LinkSpec, b: LinkSpec): boolean {
  return a.observer === b.observer && a.observed === b.observed;
}

function unknownCluster(name: string, names: ReadonlySet<string>, path: string): Problem[] {
  if (names.has(name)) return [];
  return [
    {
      path,
      message: `"${name}" is not a cluster of this mesh; known are ${[...names].join(", ") || "none"}`,
    },
  ];
}

/** Without a gateway istiod silently hands out pod addresses that another network cannot reach. */
function validateReachability(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) => {
    if ((cluster.gateway?.enabled ?? spec.gateway?.enabled) !== false) return [];
    if (!needsGateway(cluster, spec)) return [];
    const observers = linksOf(spec)
      .filter((link) => link.observed === cluster.name)
      .map((link) => link.observer);
    return [
      {
        path: cluster.gateway?.enabled === false ? `clusters[${index}].gateway.enabled` : "gateway.enabled",
        message: `is false, but ${cluster.name} (${cluster.network}) is observed from other networks by ${observers.join(", ")}; enable the gateway or remove those links`,
      },
    ];
  });
}

function validateSampleApps(spec: MeshSpec): Problem[] {
  const apps = spec.sampleApps;
  if (apps === undefined) return [];
  const names = new Set(spec.clusters.map((cluster) => cluster.name));
  return [
    ...labelProblems(apps.namespace, "sampleApps.namespace"),
    ...Object.entries(apps.helloworld).flatMap(([cluster, versions]) => {
      const path = `sampleApps.helloworld.${cluster}`;
      return [...unknownCluster(cluster, names, path), ...versionProblems(versions, path)];
    }),
    ...(apps.clients ?? []).flatMap((cluster, index) =>
      unknownCluster(cluster, names, `sampleApps.clients[${index}]`),
    ),
  ];
}

function versionProblems(versions: readonly string[], path: string): Problem[] {
  return versions.flatMap((version, index) => {
    if (version !== "v1" && version !== "v2") {
      const message = `"${version}" is no version of Istio's helloworld; use v1 or v2`;
      return [{ path: `${path}[${index}]`, message }];
    }
    if (versions.indexOf(version) === index) return [];
    return [{ path: `${path}[${index}]`, message: `${version} is there already; list each version once` }];
  });
}
