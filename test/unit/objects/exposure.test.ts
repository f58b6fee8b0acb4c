import { describe, expect, test } from "vitest";
import { exposeIstiod, exposeServices } from "../../../components/objects/exposure";
import { meshWideMtls } from "../../../components/objects/mesh-policy";
import { objectsOf } from "../../support/objects";

describe("the exposure of services", () => {
  const objects = (hosts: string[]) => objectsOf((chart) => exposeServices(chart, hosts));

  test("is one Gateway that passes TLS through by SNI on 15443 of the east-west gateway", () => {
    expect(objects(["*.local"])).toEqual([
      {
        apiVersion: "networking.istio.io/v1",
        kind: "Gateway",
        metadata: { name: "cross-network-gateway", namespace: "istio-system" },
        spec: {
          selector: { istio: "eastwestgateway" },
          servers: [
            {
              port: { number: 15443, name: "tls", protocol: "TLS" },
              tls: { mode: "AUTO_PASSTHROUGH" },
              hosts: ["*.local"],
            },
          ],
        },
      },
    ]);
  });

  test("is for the given hosts", () => {
    const hosts = ["*.a.svc.cluster.local", "*.b.svc.cluster.local"];
    expect(objects(hosts)).toMatchObject([{ spec: { servers: [{ hosts }] } }]);
  });
});

test.each(["STRICT", "PERMISSIVE"] as const)("the mesh policy is one PeerAuthentication with %s", (mode) => {
  expect(objectsOf((chart) => meshWideMtls(chart, mode))).toEqual([
    {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode } },
    },
  ]);
});

/** The part of the VirtualService that says where istiod's ports lead. */
interface IstiodRoutes {
  readonly spec: {
    readonly tls: readonly {
      readonly match: readonly [{ readonly port: number }];
      readonly route: readonly [
        { readonly destination: { readonly host: string; readonly port: { readonly number: number } } },
      ];
    }[];
  };
}

describe("the exposure of istiod", () => {
  const [gateway, virtualService] = objectsOf(exposeIstiod) as [unknown, IstiodRoutes];

  test("is one Gateway that passes TLS through on the ports for proxies and for API servers", () => {
    expect(gateway).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: { name: "istiod-gateway", namespace: "istio-system" },
      spec: {
        selector: { istio: "eastwestgateway" },
        servers: [15012, 15017].map((number) => ({
          port: { number, name: expect.stringMatching(/^tls-/), protocol: "TLS" },
          tls: { mode: "PASSTHROUGH" },
          hosts: ["*"],
        })),
      },
    });
  });

  test("leads each port to istiod's own", () => {
    expect(virtualService).toMatchObject({ kind: "VirtualService", spec: { gateways: ["istiod-gateway"] } });
    const routes = virtualService.spec.tls.map(({ match: [match], route: [route] }) => [
      match.port,
      `${route.destination.host}:${route.destination.port.number}`,
    ]);
    expect(routes).toEqual([
      [15012, "istiod.istio-system.svc.cluster.local:15012"],
      [15017, "istiod.istio-system.svc.cluster.local:443"],
    ]);
  });
});
