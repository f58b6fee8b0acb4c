import { expect } from "vitest";
import { type MeshSpec, planMesh, type ServiceImportSpec, type ServiceSpec } from "../../components";
import { cluster, importing, service } from "./specs";

/** The host of helloworld, a Service's own. */
export const HELLO = "helloworld.sample.svc.cluster.local";

/** A host that no Service can have. */
export const OTHER = "hello.mesh.internal";

/** What clients of such a host need. */
export const CAPTURE = { dnsCapture: true };

/** The link by which cluster1 discovers cluster2, and the one by which it imports from it. */
export const PAIR = { observer: "cluster1", observed: "cluster2" };
export const IMPORT_PAIR = { ...PAIR, kind: "import" as const };

/** cluster1 imports helloworld from cluster2, with changes of the import and the mesh. */
export function oneImport(changes: Partial<ServiceImportSpec> = {}, more: Partial<MeshSpec> = {}): MeshSpec {
  return importOf({}, more, changes);
}

/** cluster1 imports helloworld from cluster2, with changes of the service, the mesh and the import. */
export function importOf(
  changes: Partial<ServiceSpec>,
  more: Partial<MeshSpec> = {},
  imported: Partial<ServiceImportSpec> = {},
): MeshSpec {
  return importing("cluster1>cluster2", [service(changes)], [{ services: {}, ...imported }], more);
}

/** Three clusters, with changes of the second. */
export function withExporter(changes: Partial<MeshSpec["clusters"][number]>): Pick<MeshSpec, "clusters"> {
  return { clusters: [cluster(1), cluster(2, changes), cluster(3)] };
}

/** What is planned of a mesh's imports into a cluster. */
export function importsOf(spec: MeshSpec, name = "cluster1") {
  return planMesh(spec).imports.filter((plan) => plan.cluster === name);
}

/** The same of cluster1, which imports no more than one host. */
export function onlyImportOf(spec: MeshSpec) {
  const [first, ...others] = importsOf(spec);
  expect(others).toEqual([]);
  return first;
}

/** The hosts of each cluster's gateway. */
export function gatewayHostsOf(spec: MeshSpec): Record<string, readonly string[] | undefined> {
  return Object.fromEntries(planMesh(spec).clusters.map(({ name, gateway }) => [name, gateway?.hosts]));
}
