import { exportersFor } from "../../components/spec/imports/exporters";
import { importedHost } from "../../components/spec/imports/imported-host";
import type { ImportedEndpointPlan, MeshPlan, ServiceImportPlan } from "../../components/spec/types";
import { istiodOf } from "../../components/topology/links";
import { tlsByCluster, tlsPage } from "../envoy-config";
import { importers, importsIn, isGateway } from "../imported";
import { type Gateways, judgeGateways, judgePolicy, type SeenImport, strayGateways } from "../judge-import";
import { sharedPage } from "../kube/admin-page";
import { CannotLookError } from "../kube/errors";
import { gatewaysKnownIn } from "../kube/istiod";
import type { MeshReader } from "../kube/mesh-reader";
import { clientProxies } from "../kube/pods";
import { failed, ok, type Outcome, type Probe, skipped } from "../probe";
import { shortened } from "../shortened";
import { addressesOf } from "./gateway";

/**
 * A client's proxy asks for what is imported by the right server name, takes answers of the right identities only, and
 * has no endpoints beside the planned; and, for each exporter, has its gateway as a healthy endpoint.
 */
export function importedServices(plan: MeshPlan): Probe[] {
  return importers(plan).flatMap(({ name }): Probe[] => [
    { check: "import", cluster: name, run: (mesh) => checkPolicy(mesh, name) },
    ...exportersFor(plan, name).map((peer): Probe => ({
      check: "import",
      cluster: name,
      peer,
      run: (mesh) => checkGateways(mesh, name, peer),
    })),
  ]);
}

async function checkPolicy(mesh: MeshReader, client: string): Promise<Outcome> {
  const { seen, unseen, remark } = await look(mesh, client, importsIn(mesh.plan, client));
  if (seen.length === 0) return skipped(unseen);
  const faults = [...seen.flatMap(judgePolicy), ...(await strays(mesh, client, seen))];
  if (faults.length > 0) return failed(`the proxy of a client in ${client} ${shortened(faults)}${remark}`);
  return ok(`${seen.length} hosts, with server names and identities as planned${remark}`);
}

async function checkGateways(mesh: MeshReader, client: string, peer: string): Promise<Outcome> {
  const wanted = importsIn(mesh.plan, client).filter(({ endpoints }) =>
    endpoints.some(({ cluster }) => cluster === peer),
  );
  const { seen, unseen, remark } = await look(mesh, client, wanted);
  if (seen.length === 0) return skipped(unseen);
  const [own] = wanted.flatMap(({ endpoints }) => endpoints).filter(({ cluster }) => cluster === peer);
  const addresses = own && (await gatewayOf(mesh, own));
  const others = [...(await gatewaysBehind(mesh, wanted))].flatMap(([name, found]) =>
    name === peer ? [] : found,
  );
  const { detail, ...outcome } = judgeGateways(seen, { client, peer, addresses, others });
  return { ...outcome, detail: detail + remark };
}

/** Imports as the proxies of clients have them, and those that no proxy can be asked for. */
interface Looked {
  readonly seen: readonly SeenImport[];
  /** Why some could not be seen; empty if all could. */
  readonly unseen: string;
  readonly remark: string;
}

async function look(
  mesh: MeshReader,
  client: string,
  imports: readonly ServiceImportPlan[],
): Promise<Looked> {
  const cluster = mesh.cluster(client);
  // All that the client imports, so that every row asks for one and the same page.
  const page = tlsPage(importsIn(mesh.plan, client).map(importedHost));
  const found = await Promise.all(
    imports.map(async (imported) => {
      const targets = await clientProxies(mesh.plan, cluster, imported.exportTo);
      if (targets === undefined) return { imported };
      const clusters = await sharedPage(mesh, cluster, targets, "clusters");
      const tls = await sharedPage(mesh, cluster, targets, page);
      const remark = clusters.remark + tls.remark;
      return {
        imported,
        seen: { imported, clusters: clusters.answer, tls: tlsByCluster(tls.answer) },
        remark,
      };
    }),
  );
  const seen = found.flatMap(({ seen }) => seen ?? []);
  const hidden = found.filter((each) => each.seen === undefined).map(({ imported }) => imported.host);
  const unseen =
    hidden.length === 0
      ? ""
      : `no proxy of an application runs in ${client} that could be asked for ${shortened(hidden)}`;
  const remarks = new Set(found.map(({ remark = "" }) => remark));
  const partly = seen.length === 0 || unseen === "" ? "" : ` (${unseen})`;
  return { seen, unseen, remark: partly + [...remarks].join("") };
}

/** What is a gateway's endpoint of an import, but neither of an exporter nor of a cluster that is discovered. */
async function strays(mesh: MeshReader, client: string, seen: readonly SeenImport[]): Promise<string[]> {
  const gateways = await gatewaysBehind(
    mesh,
    seen.map(({ imported }) => imported),
  );
  const suspects = seen.flatMap((each) => strayGateways(each, gateways));
  if (suspects.length === 0) return [];
  const known = await gatewaysKnownIn(mesh, istiodOf(mesh.plan, client));
  return suspects
    .filter((suspect) => !known.some(({ address }) => isGateway(suspect.endpoint, address)))
    .map(
      ({ host, endpoint }) =>
        `knows ${host} at ${endpoint.address} as well, which is no gateway of the plan: run pulumi up --refresh, and look for other ServiceEntries of that host`,
    );
}

/** Addresses of the gateways behind imports, as far as they can be read. */
async function gatewaysBehind(mesh: MeshReader, imports: readonly ServiceImportPlan[]): Promise<Gateways> {
  const endpoints = new Map(
    imports.flatMap((imported) => imported.endpoints.map((each) => [each.cluster, each] as const)),
  );
  const found = await Promise.all(
    [...endpoints].map(async ([cluster, each]) => [cluster, await readable(gatewayOf(mesh, each))] as const),
  );
  return new Map(found.flatMap(([cluster, addresses]) => (addresses ? [[cluster, addresses] as const] : [])));
}

/** Addresses of an exporter's gateway; undefined where another stack tells them. */
async function gatewayOf(
  mesh: MeshReader,
  { cluster, addresses }: ImportedEndpointPlan,
): Promise<readonly string[] | undefined> {
  if (addresses !== undefined) return addresses;
  const isOurs = mesh.plan.clusters.some(({ name }) => name === cluster);
  return isOurs ? addressesOf(mesh.cluster(cluster)) : undefined;
}

/** What can be read; why not is said in the row of the cluster itself. */
function readable<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof CannotLookError) return undefined;
    throw error;
  });
}
