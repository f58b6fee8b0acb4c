import type { ServiceImportPlan } from "../components/spec/types";
import { endpointsOf, type EnvoyEndpoint } from "./envoy";
import type { EnvoyTls } from "./envoy-config";
import { clusterOfPort, isGateway, isSomeGateway, sniOf } from "./imported";
import { failed, ok, type Outcome } from "./probe";
import { shortened } from "./shortened";

/** An import, and what a client's proxy has of it. */
export interface SeenImport {
  readonly imported: ServiceImportPlan;
  /** Its page `clusters`. */
  readonly clusters: string;
  readonly tls: ReadonlyMap<string, EnvoyTls>;
}

/** Addresses of exporters' gateways, by cluster; those that are not known are left out. */
export type Gateways = ReadonlyMap<string, readonly string[]>;

/** What is amiss with how a proxy asks for an import, and of whom it takes answers. */
export function judgePolicy({ imported, tls }: SeenImport): string[] {
  const { host, namespace, cluster, ports, subjectAltNames } = imported;
  const rule = `DestinationRule in namespace ${namespace} of ${cluster}`;
  return ports.flatMap((port): string[] => {
    const what = `${host}:${port.port}`;
    const found = tls.get(clusterOfPort(imported, port));
    if (found === undefined) {
      return [
        `does not know ${what}: run pulumi up --refresh for its ServiceEntry in namespace ${namespace} of ${cluster}, then see istiod's log`,
      ];
    }
    const sni = sniOf(imported, port);
    const faults = [];
    if (found.sni !== sni) {
      faults.push(
        `asks for ${what} by server name ${found.sni ?? "none"} instead of ${sni}: run pulumi up --refresh for its ${rule}, and look for another one of that host`,
      );
    }
    const [accepted, planned] = [found.subjectAltNames, subjectAltNames].map((names) =>
      names.toSorted().join(", "),
    );
    if (accepted !== planned) {
      const mend =
        planned === ""
          ? "list serviceAccounts of all that serve it, in place of anyIdentity"
          : `run pulumi up --refresh for its ${rule}, and look for another one of that host`;
      faults.push(
        `takes answers for ${what} of ${accepted || "anybody"} instead of ${planned || "anybody"}: ${mend}`,
      );
    }
    return faults;
  });
}

/** The gateway of an exporter, as a client is to know it. */
export interface ExpectedGateway {
  readonly client: string;
  readonly peer: string;
  /** Its addresses or host names; none of them known where another stack tells them. */
  readonly addresses: readonly string[] | undefined;
  /** Those of the other exporters of these hosts. */
  readonly others: readonly string[];
}

/** Whether a proxy has an exporter's gateway as a healthy endpoint of whatever is imported from it. */
export function judgeGateways(
  seen: readonly SeenImport[],
  { client, peer, addresses, others }: ExpectedGateway,
): Outcome {
  if (addresses?.length === 0)
    return failed(`the gateway of ${peer} has no address; see the gateway row of ${peer}`);
  const isPeer = (known: EnvoyEndpoint) =>
    addresses === undefined
      ? isSomeGateway(known) && !others.some((address) => isGateway(known, address))
      : addresses.some((address) => isGateway(known, address));
  const faults: string[] = [];
  const met = new Set<string>();
  for (const { imported, clusters } of seen) {
    for (const port of imported.ports) {
      const what = `${imported.host}:${port.port}`;
      const known = endpointsOf(clusters, clusterOfPort(imported, port));
      const own = known.filter(isPeer);
      for (const { address } of own) met.add(address);
      const sick = own.filter(({ health }) => health !== "healthy");
      if (own.length === 0) {
        const instead = known.filter(isSomeGateway).map(({ address }) => address);
        faults.push(`${what} (it has ${instead.join(", ") || "no gateway at all"})`);
      }
      faults.push(...sick.map(({ address, health }) => `${what}, where ${address} is ${health}`));
    }
  }
  if (faults.length === 0) {
    const unsaid = addresses === undefined ? "; another stack tells its address, which was not compared" : "";
    return ok(`${[...met].join(", ")} behind ${seen.length} hosts${unsaid}`);
  }
  return failed(
    `the proxy of a client in ${client} has the gateway of ${peer} (${addresses?.join(", ") ?? "as its stack tells"}) as no healthy endpoint of ` +
      `${shortened(faults)}; run pulumi up --refresh for the ServiceEntry, and see the gateway and export rows of ${peer}`,
  );
}

/** Endpoints of an import that are gateways of none of its exporters; none can be told from others until all are known. */
export function strayGateways(
  { imported, clusters }: SeenImport,
  gateways: Gateways,
): { readonly host: string; readonly endpoint: EnvoyEndpoint }[] {
  const behind = imported.endpoints.map(({ cluster }) => gateways.get(cluster));
  if (behind.includes(undefined)) return [];
  const addresses = behind.flatMap((found) => found ?? []);
  return imported.ports
    .flatMap((port) => endpointsOf(clusters, clusterOfPort(imported, port)))
    .filter((known) => isSomeGateway(known) && !addresses.some((address) => isGateway(known, address)))
    .map((endpoint) => ({ host: imported.host, endpoint }));
}
