import { MESH_DEFAULTS } from "../../defaults";
import { ISTIO_NAMESPACE } from "../../names";
import { membersOf } from "../../topology/links";
import { gatewaySettings } from "../gateway/plan";
import { isMap, valueAt } from "../settings";
import { trustDomainOf } from "../trust-domains/plan";
import type { ClusterSpec, HelmValues, MeshSpec, Problem } from "../types";
import { istiodSettings } from "./plan";

/** A Helm value that says a second time what the spec says, and so could only contradict it. */
interface Said {
  readonly value: readonly string[];
  /** What the spec says, for a cluster. */
  readonly said: (cluster: ClusterSpec, spec: MeshSpec) => string;
  /** The setting to change instead. */
  readonly setting: string;
}

const NETWORK: Pick<Said, "said" | "setting"> = { said: ({ network }) => network, setting: "network" };

/** A network or name that differs between namespace, istiod, gateway and links sends traffic astray. */
const ISTIOD: readonly Said[] = [
  { value: ["global", "multiCluster", "clusterName"], said: ({ name }) => name, setting: "name" },
  { value: ["global", "network"], ...NETWORK },
  { value: ["global", "meshID"], said: (_, spec) => spec.meshId ?? MESH_DEFAULTS.meshId, setting: "meshId" },
  {
    value: ["meshConfig", "trustDomain"],
    said: ({ name }, spec) => trustDomainOf(name, spec),
    setting: "trustDomain",
  },
];

const GATEWAY: readonly Said[] = [
  { value: ["networkGateway"], ...NETWORK },
  { value: ["labels", "topology.istio.io/network"], ...NETWORK },
  { value: ["env", "ISTIO_META_REQUESTED_NETWORK_VIEW"], ...NETWORK },
];

/** Maps in which this program has values of its own: what is no map in the place of one takes these away. */
const ISTIOD_MAPS = [
  ["global"],
  ["global", "multiCluster"],
  ["meshConfig"],
  ["meshConfig", "defaultConfig"],
  ["meshConfig", "defaultConfig", "proxyMetadata"],
  ["env"],
];
const GATEWAY_MAPS = [["labels"], ["env"], ["service"]];

/** Helm values do not contradict the spec, nor take away what is made of it. */
export function values(spec: MeshSpec): Problem[] {
  return membersOf(spec).flatMap((cluster) =>
    valuesOf(cluster, spec, `clusters[${spec.clusters.indexOf(cluster)}]`),
  );
}

function valuesOf(cluster: ClusterSpec, spec: MeshSpec, path: string): Problem[] {
  const [istiod, gateway] = [istiodSettings(cluster, spec).values, gatewaySettings(cluster, spec).values];
  return [
    ...contradictions(ISTIOD, istiod, cluster, spec, `${path}.istiod`),
    ...contradictions(GATEWAY, gateway, cluster, spec, `${path}.gateway`),
    ...emptied(ISTIOD_MAPS, istiod, `${path}.istiod`),
    ...emptied(GATEWAY_MAPS, gateway, `${path}.gateway`),
  ];
}

/** A key with nothing under it is null in YAML, by which Helm takes away all that is under it. */
function emptied(maps: readonly string[][], given: HelmValues | undefined, path: string): Problem[] {
  return maps.flatMap((map) => {
    const found = valueAt(given, map);
    if (found === undefined || isMap(found)) return [];
    return [
      {
        path: `${path}.values.${map.join(".")}`,
        message: `is ${JSON.stringify(found)}, in place of what this program sets under it; remove it, or indent settings under it`,
      },
    ];
  });
}

function contradictions(
  all: readonly Said[],
  given: HelmValues | undefined,
  cluster: ClusterSpec,
  spec: MeshSpec,
  path: string,
): Problem[] {
  return all.flatMap(({ value, said, setting }) => {
    const found = valueAt(given, value);
    const right = said(cluster, spec);
    if (found === undefined || found === right) return [];
    return [
      {
        path: `${path}.values.${value.join(".")}`,
        message: `is ${JSON.stringify(found)}, but ${setting} says ${cluster.name} has ${JSON.stringify(right)}; remove the value and set ${setting}`,
      },
    ];
  });
}

/** Without these the root of a running mesh cannot be rotated. */
const FOR_ROTATION = [
  ["env", "ISTIO_MULTIROOT_MESH"],
  ["meshConfig", "defaultConfig", "proxyMetadata", "PROXY_CONFIG_XDS_AGENT"],
];

/** Helm values that work, and take away what the mesh will need one day, or what the config says. */
export function valueWarnings(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) => {
    const { values } = istiodSettings(cluster, spec);
    const path = `clusters[${index}].istiod.values`;
    const forRotation = FOR_ROTATION.filter((value) => {
      const found = valueAt(values, value);
      return found !== undefined && found !== true && found !== "true";
    }).map((value) => ({
      path: `${path}.${value.join(".")}`,
      message: `turns off what a rotation of the root needs from the mesh's first day in ${cluster.name}; remove the value`,
    }));
    return [...forRotation, ...otherRoot(values, `${path}.meshConfig.rootNamespace`, cluster.name)];
  });
}

/** Where istiod takes what holds for the whole mesh from, as the policy of mutual TLS. */
function otherRoot(values: HelmValues | undefined, path: string, cluster: string): Problem[] {
  const found = valueAt(values, ["meshConfig", "rootNamespace"]) as string | undefined;
  if (found === undefined || found === ISTIO_NAMESPACE) return [];
  const message = `is ${JSON.stringify(found)}, so mtls, which is made in ${ISTIO_NAMESPACE}, holds for that namespace of ${cluster} alone and not for its workloads; remove the value, or see that ${found} has such a PeerAuthentication`;
  return [{ path, message }];
}
