import { EAST_WEST_GATEWAY, gatewayLabel, INGRESS_GATEWAY, STATUS_PORT } from "../../names";
import { gatewayPorts, ingressPort } from "../../topology/ports";
import { adopts } from "../adopt/adopted";
import { istiodSettings } from "../istio/plan";
import { valueAt } from "../settings";
import type { ClusterSpec, HelmValues, MeshSpec, Problem } from "../types";
import { exposureOf, gatewaySettings } from "./plan";

/** A gateway of Istio's chart, and what the mesh takes for granted of it. */
interface ChartGateway {
  /** Where its values are in the spec. */
  readonly path: string;
  readonly values: HelmValues;
  readonly name: string;
  /** Ports of its pods to which its Service has to lead. */
  readonly ports: readonly number[];
  /** Revisions that its pods may ask for: tags of the cluster's only istiod. Those of somebody else's nobody here knows. */
  readonly revisions: readonly unknown[] | undefined;
}

/**
 * Helm values leave a gateway what the mesh knows it by. Without, nothing leads to it or it gets no proxy, of which nothing
 * says a word, and on a mesh that runs a gateway goes for one that does not serve.
 */
export function gatewayCharts(spec: MeshSpec): Problem[] {
  return spec.clusters.flatMap((cluster, index) =>
    gatewaysOf(cluster, `clusters[${index}]`, spec).flatMap((gateway) =>
      FAULTS.flatMap((faultOf) => faultOf(gateway)),
    ),
  );
}

function gatewaysOf(cluster: ClusterSpec, path: string, spec: MeshSpec): ChartGateway[] {
  const revisions = adopts(cluster, "istiod") ? undefined : revisionsOf(cluster, spec);
  const gateways: ChartGateway[] = [];
  const exposure = exposureOf(cluster, spec);
  if (exposure !== undefined) {
    const { values = {} } = gatewaySettings(cluster, spec);
    const open = gatewayPorts(exposure).map(({ targetPort }) => targetPort);
    const ports = [...new Set(open)].filter((port) => port !== STATUS_PORT);
    gateways.push({ path: `${path}.gateway.values`, values, name: EAST_WEST_GATEWAY, ports, revisions });
  }
  if (cluster.ingress !== undefined) {
    const { credentialName, values = {} } = cluster.ingress;
    const ports = [ingressPort(credentialName).port];
    gateways.push({ path: `${path}.ingress.values`, values, name: INGRESS_GATEWAY, ports, revisions });
  }
  return gateways;
}

function revisionsOf(cluster: ClusterSpec, spec: MeshSpec): unknown[] {
  const tags = istiodSettings(cluster, spec).values?.["revisionTags"];
  return ["default", ...(Array.isArray(tags) ? (tags as unknown[]) : [])];
}

const FAULTS: readonly ((gateway: ChartGateway) => Problem[])[] = [
  unselected,
  withoutAddress,
  closed,
  uninjected,
];

/** Istio's Gateways select pods by the label that the chart makes of the name. */
function unselected({ path, values, name }: ChartGateway): Problem[] {
  const wanted = gatewayLabel(name);
  const label = valueAt(values, ["labels", "istio"]) as string | undefined;
  const named = typeof values["name"] === "string" ? values["name"] : name;
  const found = label ?? gatewayLabel(named);
  if (found === wanted) return [];
  const key = label === undefined ? "name" : "labels.istio";
  const message = `gives its pods the label istio: ${found}, but the mesh's Gateways are for istio: ${wanted}, so nothing would lead through it; remove the value`;
  return [{ path: `${path}.${key}`, message }];
}

function withoutAddress({ path, values }: ChartGateway): Problem[] {
  const type = valueAt(values, ["service", "type"]);
  if (type === undefined || type === "LoadBalancer") return [];
  const message = `is ${JSON.stringify(type)}, but pulumi up waits for the address that only a LoadBalancer gets, and by which other clusters know the gateway; remove the value (who may reach it is for sourceRanges, serviceAnnotations and, in gateway, internal)`;
  return [{ path: `${path}.service.type`, message }];
}

/** Helm merges no lists. A given network makes the chart open its own ports instead. */
function closed({ path, values, ports }: ChartGateway): Problem[] {
  const given = valueAt(values, ["service", "ports"]);
  if (given === undefined || values["networkGateway"]) return [];
  const open = (Array.isArray(given) ? (given as unknown[]) : []).map(
    (entry) => valueAt(entry, ["targetPort"]) ?? valueAt(entry, ["port"]),
  );
  const lost = ports.filter((port) => !open.includes(port));
  if (lost.length === 0) return [];
  const message = `replaces the list with ${lost.join(", ")}, on which this gateway serves; add ports that lead there to yours, or remove the value`;
  return [{ path: `${path}.service.ports`, message }];
}

function uninjected({ path, values, revisions }: ChartGateway): Problem[] {
  const { revision } = values;
  if (!revision || revisions === undefined || revisions.includes(revision)) return [];
  const message = `is ${JSON.stringify(revision)}, but the cluster's one control plane has no revision, so no pod of the gateway would get its proxy; remove the value`;
  return [{ path: `${path}.revision`, message }];
}
