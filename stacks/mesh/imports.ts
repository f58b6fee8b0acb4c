import type * as pulumi from "@pulumi/pulumi";
import { ServiceExport, ServiceImport } from "../../components";
import { importSuffix } from "../../components/names";
import type { ImportedEndpointPlan, MeshPlan } from "../../components/spec/types";
import { primaryOf } from "../../components/topology/links";
import type { Member } from "./member";
import { named } from "./providers";
import { placedOf } from "./scope";

/** Addresses of gateways of other stacks' clusters, by the names that these have in the config. */
export type ExporterAddresses = ReadonlyMap<string, pulumi.Output<string>>;

/** A cluster that imports, and its gateway where it is made here. */
export type Importer = Pick<Member, "scope" | "plan" | "provider" | "injection" | "gateway">;

/** What is in place before a cluster exports or imports: the applications, with their namespaces, and the stubs. */
type Applications = ReadonlyMap<string, readonly pulumi.Resource[]>;

/** The exports of clusters that have services under other names. */
type Exports = ReadonlyMap<string, ServiceExport>;

/**
 * The other names of services that clusters export; where their gateways lead to is said with these.
 *
 * @returns what was made, by cluster
 */
export function deployExports(
  plan: MeshPlan,
  members: ReadonlyMap<string, Member>,
  applications: Applications,
): Exports {
  const made = new Map<string, ServiceExport>();
  for (const { cluster, aliases } of plan.exports) {
    if (aliases.length === 0) continue;
    const { scope, plan: own, provider, injection } = named(members, cluster);
    const { name, opts } = placedOf(scope, own, "-exports");
    const dependsOn = [...injection, ...(applications.get(cluster) ?? [])];
    made.set(cluster, new ServiceExport(name, { aliases }, { ...opts, provider, dependsOn }));
  }
  return made;
}

/** What clusters import, each host by itself: so one more changes nothing of the others. */
export function deployImports(
  plan: MeshPlan,
  members: ReadonlyMap<string, Importer>,
  applications: Applications,
  exports: Exports,
  exporters: ExporterAddresses,
): void {
  for (const { cluster, sources: _, ...own } of plan.imports) {
    const { scope, plan: importer, provider, injection } = named(members, cluster);
    const { name, opts } = placedOf(scope, importer, importSuffix(own.host));
    // A gateway that does not lead there yet would have to be left out at first.
    const leading = own.endpoints.flatMap((endpoint) => leadingTo(endpoint.cluster, plan, members, exports));
    new ServiceImport(
      name,
      {
        ...own,
        endpoints: own.endpoints.map((endpoint) => ({
          ...endpoint,
          addresses: addressesOf(endpoint, members, exporters),
        })),
        anyIdentity: own.subjectAltNames.length === 0,
      },
      { ...opts, provider, dependsOn: [...injection, ...leading, ...(applications.get(cluster) ?? [])] },
    );
  }
}

/** What leads to a cluster's services: its gateway, and what its primary says of all gateways that it configures. */
function leadingTo(
  exporter: string,
  { clusters }: MeshPlan,
  members: ReadonlyMap<string, Importer>,
  exports: Exports,
): pulumi.Resource[] {
  const primary = primaryOf(exporter, clusters);
  const parts = [members.get(exporter)?.gateway, members.get(primary)?.gateway, exports.get(primary)];
  return parts.filter((part) => part !== undefined);
}

/** As many as the plan says: those that the config gives, or the one of the gateway. */
function addressesOf(
  { cluster, addresses }: ImportedEndpointPlan,
  members: ReadonlyMap<string, Importer>,
  exporters: ExporterAddresses,
): pulumi.Input<string>[] {
  if (addresses !== undefined) return [...addresses];
  const address = members.get(cluster)?.gateway?.address ?? exporters.get(cluster);
  if (address === undefined) throw new Error(`nobody knows the address of the gateway of ${cluster}`);
  return [address];
}
