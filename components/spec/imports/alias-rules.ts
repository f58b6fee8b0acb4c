import { isPrimary } from "../../topology/links";
import { hostOf } from "../services/hosts";
import type { MeshSpec, Problem } from "../types";
import { type Aliased, aliased, standsIn } from "./exports";
import { oncePerPlace } from "./host-rules";
import { type HostImport, hostImports, isItsOwn, needsAlias, portsOf, sourcePort } from "./select";

/** Other names that gateways need for services can be theirs, and mean one thing each. */
export function aliases(spec: MeshSpec): Problem[] {
  const found = hostImports(spec);
  return oncePerPlace([
    ...found.filter(needsAlias).flatMap((one) => ofOtherStacks(one, spec)),
    ...spec.clusters.filter(isPrimary).flatMap(({ name }) => {
      const own = aliased(name, spec);
      return [
        ...own.flatMap((alias) => takenName(name, alias, own, spec)),
        ...own.flatMap((alias) => takenNumber(name, alias, own)),
        ...own.flatMap((alias) => importedToo(name, alias, found)),
      ];
    }),
  ]);
}

/** An alias cannot have the name of a Service that its cluster knows, and leads to one service. */
function takenName(
  cluster: string,
  { found: { host, index }, service }: Aliased,
  all: readonly Aliased[],
  { services = [] }: MeshSpec,
): Problem[] {
  const own = services.find((other) => hostOf(other) === host && other.clusters.includes(cluster));
  const other = all.find((alias) => alias.found.host === host && alias.service !== service);
  if (own === undefined && other === undefined) return [];
  const why =
    own === undefined
      ? `${hostOf(service)} and ${hostOf(other?.service ?? service)} both run there`
      : "it is a Service of its own there";
  const message = `${host} cannot lead to ${hostOf(service)} in ${cluster}: ${why}; use another host, or leave ${cluster} out of services.clusters`;
  return [{ path: `imports[${index}].host`, message }];
}

/** A gateway knows a port of an alias by its number. */
function takenNumber(cluster: string, { found, service }: Aliased, all: readonly Aliased[]): Problem[] {
  const earlier = all.filter(
    (alias) =>
      alias.service === service && alias.found.host === found.host && alias.found.index < found.index,
  );
  return portsOf(found).flatMap((port) =>
    earlier.flatMap((first) => {
      const other = portsOf(first.found).find((candidate) => candidate.port === port.port);
      if (other === undefined || sourcePort(service, other) === sourcePort(service, port)) return [];
      const message = `leads port ${port.port} of ${found.host} in ${cluster} to ${port.name} of ${hostOf(service)}, and imports[${first.found.index}] to ${other.name}; use another number, or another host`;
      return [{ path: `imports[${found.index}].ports`, message }];
    }),
  );
}

/** Of an alias and an import of one host Istio takes one. */
function importedToo(
  cluster: string,
  { found, service }: Aliased,
  imports: readonly HostImport[],
): Problem[] {
  const own = imports.find((other) => other.importer === cluster && other.host === found.host);
  if (own === undefined || standsIn(own, cluster, found.host, service)) return [];
  const message = `takes ${found.host} into ${cluster} without ${hostOf(service)}, to which the gateway of ${cluster} leads by that name for imports[${found.index}]: Istio would know one of the two; select ${hostOf(service)} of ${cluster} here too, with a selector, or use another host`;
  return [{ path: `imports[${own.index}]`, message }];
}

/** In clusters of other stacks nothing is made. */
function ofOtherStacks(found: HostImport, spec: MeshSpec): Problem[] {
  return found.exported.flatMap(({ service, clusters }) => {
    const foreign = clusters.filter((name) => spec.clusters.every((cluster) => cluster.name !== name));
    if (foreign.length === 0 || isItsOwn(service, found)) return [];
    const message = `${found.host} leads to ${hostOf(service)} of ${foreign.join(", ")}, which is of another stack and has it under that name only: use ${hostOf(service)} as host, with its ports, for other services to get its name, or import it under a host of its own`;
    return [{ path: `imports[${found.index}].host`, message }];
  });
}
