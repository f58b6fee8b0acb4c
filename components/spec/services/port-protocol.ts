/** Prefixes of port names by which Istio knows a protocol. */
const PROTOCOLS = ["http", "http2", "https", "grpc", "tcp", "tls", "mongo", "redis", "mysql"];

/** Protocols whose requests a proxy sees one by one. */
const HTTP = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB"];

/**
 * Protocol that Istio takes a Service's port for, so that a ServiceEntry's is taken for the same; undefined where its
 * proxies find it out by themselves.
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function portProtocol(name: string): string | undefined {
  if (name === "grpc-web" || name.startsWith("grpc-web-")) return "GRPC-WEB";
  const [prefix = ""] = name.split("-");
  return PROTOCOLS.includes(prefix) ? prefix.toUpperCase() : undefined;
}

/** Whether clients encrypt a port's traffic by themselves, so that proxies see no more of it than a server name. */
export function isTls(portName: string): boolean {
  return ["HTTPS", "TLS"].includes(portProtocol(portName) ?? "");
}

/** Whether routes for a port's traffic are routes for HTTP. */
export function isHttp(portName: string): boolean {
  const protocol = portProtocol(portName);
  return protocol !== undefined && HTTP.includes(protocol);
}
