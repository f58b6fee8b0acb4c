import { expect, test } from "vitest";
import { isHttp, portProtocol } from "../../../components/spec/services/port-protocol";

test.each([
  ["http", "HTTP", true],
  ["http2-api", "HTTP2", true],
  ["grpc-web", "GRPC-WEB", true],
  ["grpc-web-ui", "GRPC-WEB", true],
  ["grpc-api", "GRPC", true],
  ["https-admin", "HTTPS", false],
  ["tcp-db", "TCP", false],
  ["tls", "TLS", false],
  ["metrics", undefined, false],
])("a port called %s is taken for %s, as Istio takes that of a Service", (name, protocol, http) => {
  expect(portProtocol(name)).toBe(protocol);
  expect(isHttp(name)).toBe(http);
});
