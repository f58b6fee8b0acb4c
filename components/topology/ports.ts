import { AUTO_PASSTHROUGH_PORT, DISCOVERY_PORT, STATUS_PORT, WEBHOOK_PORT } from "../names";
import type { AddressType } from "./platforms";

/** What a gateway leads to, and by what kind of address. */
export interface Exposure {
  /** @default true */
  readonly exposesServices?: boolean | undefined;
  /** @default false */
  readonly exposesIstiod?: boolean | undefined;
  readonly addressType?: AddressType | undefined;
}

/** Name and number of each port that a gateway opens. */
export function gatewayPorts({ exposesServices = true, exposesIstiod = false, addressType }: Exposure) {
  return [
    port("status-port", STATUS_PORT),
    ...(exposesServices ? [port("tls", AUTO_PASSTHROUGH_PORT)] : []),
    ...(exposesIstiod ? externalIstiodPorts(addressType) : []),
  ];
}

/** Ports by which other clusters reach an istiod: for proxies, and for webhooks. */
export function externalIstiodPorts(addressType: string | undefined) {
  return [
    port("tls-istiod", DISCOVERY_PORT),
    port("tls-webhook", WEBHOOK_PORT),
    // A remote's Service istiod of type ExternalName cannot translate the webhook's port 443.
    ...(addressType === "hostname" ? [port("tls-webhook-443", 443, WEBHOOK_PORT)] : []),
  ];
}

/** The port of an ingress gateway for its clients: of HTTPS where it has a certificate. */
export function ingressPort(credentialName: string | undefined) {
  return credentialName === undefined
    ? ({ port: 80, name: "http", protocol: "HTTP" } as const)
    : ({ port: 443, name: "https", protocol: "HTTPS" } as const);
}

function port(name: string, number: number, targetPort = number) {
  return { name, port: number, protocol: "TCP", targetPort };
}
