import type { ServiceEntrySpecPorts } from "./imports/networking.istio.io";
import { portProtocol } from "../spec/services/port-protocol";

/** Label of endpoints to which mutual TLS is spoken. */
export const MTLS = { "security.istio.io/tlsMode": "istio" };

/** A port of a ServiceEntry, of the protocol that a Service's port of this name has. */
export function entryPort(name: string, number: number): ServiceEntrySpecPorts {
  const protocol = portProtocol(name);
  return { name, number, ...(protocol === undefined ? {} : { protocol }) };
}
