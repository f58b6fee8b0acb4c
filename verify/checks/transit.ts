import { passthroughSni } from "../../components/names";
import { importedHost } from "../../components/spec/imports/imported-host";
import type { MeshPlan, ServiceImportPlan } from "../../components/spec/types";
import { endpointsOf } from "../envoy";
import { importers, importsIn, isSomeGateway } from "../imported";
import { sharedPage } from "../kube/admin-page";
import type { MeshReader } from "../kube/mesh-reader";
import { gatewayProxies } from "../kube/pods";
import { failed, ok, type Outcome, type Probe } from "../probe";
import { shortened } from "../shortened";

/**
 * No gateway of an importer leads on to another gateway what its clients import: two that import a host from each other
 * would send a request to and fro until Envoy has no file left.
 */
export function transit(plan: MeshPlan): Probe[] {
  return importers(plan).flatMap(({ name, gateway }): Probe[] =>
    gateway === undefined
      ? []
      : [{ check: "transit", cluster: name, run: (mesh) => checkTransit(mesh, name) }],
  );
}

async function checkTransit(mesh: MeshReader, name: string): Promise<Outcome> {
  const cluster = mesh.cluster(name);
  const { answer, remark } = await sharedPage(mesh, cluster, await gatewayProxies(cluster), "clusters");
  const { detail, ...outcome } = judgeTransit(name, answer, importsIn(mesh.plan, name));
  return { ...outcome, detail: detail + remark };
}

/** Whether a gateway has endpoints of imports that are gateways. @param page - its page `clusters` */
export function judgeTransit(name: string, page: string, imports: readonly ServiceImportPlan[]): Outcome {
  const relays = imports.flatMap((imported) =>
    clustersOf(imported)
      .flatMap((cluster) => endpointsOf(page, cluster))
      .filter(isSomeGateway)
      .map(({ address }) => `${imported.host} at ${address}`),
  );
  if (relays.length === 0) return ok(`none of ${imports.length} imported hosts is led on to another gateway`);
  return failed(
    `the gateway of ${name} has gateways as endpoints of what is imported: ${shortened(relays)}; a request could go to and fro ` +
      "between the two until they fail: look for ServiceEntries of that host whose endpoints have no network of their own, and run pulumi up --refresh",
  );
}

/** Names of the Envoy clusters through which a gateway would lead on an import. */
function clustersOf(imported: ServiceImportPlan): string[] {
  const hosts = new Set([imported.host, importedHost(imported)]);
  return imported.ports.flatMap(({ port }) => [...hosts].map((host) => passthroughSni(host, port)));
}
