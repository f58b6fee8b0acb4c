import { hostOf } from "../services/hosts";
import { repeatedPorts } from "../services/repeated-ports";
import type { ImportPortSpec, MeshSpec, Problem, ServiceSpec } from "../types";
import { oncePerPlace } from "./host-rules";
import { type HostImport, hostImports, portsOf, servicesBehind, sourcePort } from "./select";

/** Each port of an imported host leads to one of every service behind it. */
export function importedPorts(spec: MeshSpec): Problem[] {
  const given = (spec.imports ?? []).flatMap(({ ports }, index) => listed(ports, `imports[${index}].ports`));
  const found = hostImports(spec).flatMap((one) => [
    ...different(one),
    ...unmatched(one),
    ...ofItsOwn(one, spec),
  ]);
  return [...given, ...oncePerPlace(found)];
}

function listed(ports: readonly ImportPortSpec[] | undefined, path: string): Problem[] {
  if (ports === undefined) return [];
  if (ports.length === 0) {
    return [{ path, message: "is empty; list ports, or leave it out for those of the services" }];
  }
  return repeatedPorts(ports, path);
}

function different(found: HostImport): Problem[] {
  if (found.settings.ports !== undefined) return [];
  const key = ({ ports }: ServiceSpec) =>
    ports
      .map(({ name, port }) => `${name}: ${port}`)
      .sort()
      .join(", ");
  const [first, ...others] = servicesBehind(found);
  const other = others.find((service) => first !== undefined && key(service) !== key(first));
  if (first === undefined || other === undefined) return [];
  const message = `is missing: ${hostOf(first)} has ${key(first)}, and ${hostOf(other)} has ${key(other)}; give the ports of ${found.host}, with names that both have`;
  return [{ path: `imports[${found.index}].ports`, message }];
}

function unmatched(found: HostImport): Problem[] {
  const { settings, index } = found;
  return (settings.ports ?? []).flatMap((port, place) => {
    const lacking = servicesBehind(found).find((service) => sourcePort(service, port) === undefined);
    if (lacking === undefined) return [];
    const names = lacking.ports.map(({ name }) => name).join(", ") || "none";
    const message = `is ${port.name}, a name that no port of ${hostOf(lacking)} has (${names}); ports are matched by name`;
    return [{ path: `imports[${index}].ports[${place}].name`, message }];
  });
}

/** A Service's own name has the Service's own ports, in a stub or with the pods behind it. */
function ofItsOwn(found: HostImport, { services = [] }: MeshSpec): Problem[] {
  const own = services.find((service) => hostOf(service) === found.host);
  if (own === undefined || found.settings.ports === undefined) return [];
  const moved = portsOf(found).find((port) =>
    own.ports.some(({ name, port: number }) => name === port.name && number !== port.port),
  );
  if (moved === undefined) return [];
  const message = `gives ${moved.name} the number ${moved.port}, but ${found.host} is a Service in which it has another; import it under another host, or remove ports`;
  return [{ path: `imports[${found.index}].ports`, message }];
}
