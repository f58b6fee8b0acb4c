import type { OutputMap, Stack } from "@pulumi/pulumi/automation";
import { warningsOf } from "../components";
import { planMesh } from "../components/spec/mesh/plan";
import type { ClusterPlan, MeshPlan, Problem, ReaderRule } from "../components/spec/types";
import { linkText } from "../components/topology/links";
import { gatewayPorts } from "../components/topology/ports";
import type { MeshOutputs } from "../stacks/mesh/outputs";
import { table } from "../verify/table";
import { configuredMesh } from "./open-mesh";

/** What a stack's config plans, beside what is deployed of it. */
export async function describeStack(stack: Stack): Promise<string> {
  const { mesh } = await configuredMesh(stack);
  return describePlan(planMesh(mesh), deployedLinks(await stack.outputs()), warningsOf(mesh));
}

const LINKS: keyof MeshOutputs = "links";

function deployedLinks(outputs: OutputMap): readonly string[] {
  const links: unknown = outputs[LINKS]?.value;
  return Array.isArray(links) ? links.map(String) : [];
}

/**
 * A plan for people: its clusters, and its links as what they are, credentials that one cluster holds for another's API,
 * with what they allow.
 *
 * @param deployed - the links that exist, as the stack's output tells them
 */
export function describePlan(
  plan: MeshPlan,
  deployed: readonly string[],
  warnings: readonly Problem[] = [],
): string {
  return [
    table([
      ["cluster", "role", "network", "control plane", "gateway ports", "Istio"],
      ...plan.clusters.map(clusterRow),
    ]),
    credentials(plan.links.map(linkText), deployed),
    ...imports(plan),
    ...permissions(plan.clusters),
    ...warnings.map(({ path, message }) => `Warning: ${path} ${message}`),
  ].join("\n\n");
}

function clusterRow(cluster: ClusterPlan): string[] {
  const { name, network, controlPlanes, externalControlPlane, gateway, istio } = cluster;
  const ports = gateway === undefined ? [] : gatewayPorts(gateway).map(({ port }) => port);
  return [
    name,
    roleOf(cluster),
    network,
    controlPlanes.join(", ") || (externalControlPlane?.host ?? name),
    ports.join(", ") || "-",
    istio.version,
  ];
}

function roleOf({ controlPlanes, externalControlPlane, runsIstiodOf }: ClusterPlan): string {
  if (runsIstiodOf !== undefined) return `host for ${runsIstiodOf}`;
  if (externalControlPlane !== undefined) return "config cluster";
  return controlPlanes.length === 0 ? "primary" : "remote";
}

function credentials(planned: readonly string[], deployed: readonly string[]): string {
  const added = planned.filter((link) => !deployed.includes(link));
  const removed = deployed.filter((link) => !planned.includes(link));
  const rows = [
    ...planned.map((link) => `${added.includes(link) ? "+" : " "} ${link}`),
    ...removed.map((link) => `- ${link}`),
  ];
  const change = added.length + removed.length === 0 ? "as deployed" : `+${added.length} -${removed.length}`;
  return [
    `Credentials: ${planned.length} (${change}), each of an observer for the observed cluster's API`,
    ...rows,
  ].join("\n");
}

/** Each imported host with what stands behind it: pairs of clusters that need no credential. */
function imports({ imports: list, links }: MeshPlan): string[] {
  if (list.length === 0) return [];
  const known = new Set(links.map(linkText));
  const pairs = list.flatMap(({ cluster, endpoints }) =>
    endpoints.map(({ cluster: exporter }) => linkText({ observer: cluster, observed: exporter })),
  );
  const distinct = [...new Set(pairs)];
  const both = distinct.filter((pair) => known.has(pair));
  const exception = both.length === 0 ? "" : `, but for ${both.join(", ")}, which migrate`;
  const rows = list.map(({ cluster, host, sources }) => {
    const services = sources.map((source) => `${source.cluster}/${source.name}.${source.namespace}`);
    return [`  ${cluster}`, `${host} <- ${services.join(", ")}`];
  });
  return [
    `Imports: ${list.length}, between ${distinct.length} pairs of clusters that have no credential${exception}\n${table(rows)}`,
  ];
}

/** All credentials for a cluster's API are the token of its one reader. */
function permissions(clusters: readonly ClusterPlan[]): string[] {
  const readers = clusters.flatMap(({ name, reader }) => (reader ? [{ name, rules: reader.rules }] : []));
  const holders = new Map<string, { row: string[]; clusters: string[] }>();
  for (const { name, rules } of readers) {
    for (const rule of rules) {
      const row = [resourcesOf(rule), rule.verbs.join(", "), rule.scope];
      const key = row.join("|");
      const known = holders.get(key) ?? { row, clusters: [] };
      holders.set(key, { row, clusters: [...known.clusters, name] });
    }
  }
  if (readers.length === 0) return [];
  const rows = [...holders.values()].map(({ row, clusters: names }) => [
    ...row,
    names.length === readers.length ? "all" : names.join(", "),
  ]);
  return [`What these allow:\n${table([["resource", "verbs", "where", "in the API of"], ...rows])}`];
}

function resourcesOf({ apiGroup, resources, resourceNames }: ReaderRule): string {
  const kinds = resources.map((resource) => (apiGroup === "" ? resource : `${resource}.${apiGroup}`));
  return [kinds.join(", "), ...(resourceNames ? [`named ${resourceNames.join(", ")}`] : [])].join(" ");
}
