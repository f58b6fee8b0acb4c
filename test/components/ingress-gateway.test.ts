import { describe, expect, test } from "vitest";
import { IngressGateway, type IngressGatewayArgs, type MeshSpec } from "../../components";
import { chartCall, find, listOf, outsideProvider, testProvider } from "../support/components";
import { deploy, LOAD_BALANCER } from "../support/deploy";
import { CHARTS } from "../support/mock-cluster";
import { type MockCluster, runProgram } from "../support/mocks";
import { valueOf } from "../support/outputs";
import { cluster } from "../support/specs";

const metadata = { name: "istio-ingressgateway", namespace: "istio-system" };
const told: MockCluster = {
  ...LOAD_BALANCER,
  charts: {
    "istio-ingressgateway": [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { type: "LoadBalancer", selector: { istio: "x" } },
      },
    ],
  },
};
const ROUTES = [
  { host: "web.example.com", prefix: "/api", service: "api.shop.svc.cluster.local", port: 8080 },
  { host: "web.example.com", service: "web.shop.svc.cluster.local", port: 80 },
  { service: "other.shop.svc.cluster.local", port: 80 },
];
const gateway = (args: Partial<IngressGatewayArgs> = {}) =>
  runProgram(() => new IngressGateway("in", { routes: ROUTES, ...args }, { provider: testProvider() }), told);

describe("IngressGateway", () => {
  test("has an address, and leads each host by its routes in their order", async () => {
    const { result, registrations } = await gateway();
    expect(outsideProvider(registrations)).toEqual([]);
    expect(await valueOf(result.address)).toBe("192.0.2.1");
    expect(find(registrations, "in:istio-system/ingress-web.example.com").inputs["spec"]).toEqual({
      hosts: ["web.example.com"],
      gateways: ["istio-ingressgateway"],
      http: [
        {
          match: [{ uri: { prefix: "/api" } }],
          route: [{ destination: { host: "api.shop.svc.cluster.local", port: { number: 8080 } } }],
        },
        {
          match: [{ uri: { prefix: "/" } }],
          route: [{ destination: { host: "web.shop.svc.cluster.local", port: { number: 80 } } }],
        },
      ],
    });
    expect(find(registrations, "in:istio-system/ingress-any").inputs["spec"]).toMatchObject({ hosts: ["*"] });
  });

  test("takes values over those that it computes", async () => {
    const { chartCalls } = await gateway({
      usesWorkloadSocket: true,
      values: { imagePullPolicy: "IfNotPresent" },
    });
    expect(chartCall(chartCalls, "istio-ingressgateway").options.values).toMatchObject({
      imagePullPolicy: "IfNotPresent",
      podAnnotations: { "inject.istio.io/templates": "gateway,spire" },
    });
  });

  test("speaks HTTP, or HTTPS with a certificate, and opens nothing else", async () => {
    const of = async (args: Partial<IngressGatewayArgs>) => {
      const { registrations, chartCalls } = await gateway(args);
      const { spec } = find(registrations, "in:istio-system/istio-ingressgateway", "Gateway").inputs as {
        spec: { servers: object[] };
      };
      const { values } = chartCall(chartCalls, "istio-ingressgateway").options as {
        values: { service: { ports: { port: number }[] } };
      };
      return { servers: spec.servers, ports: values.service.ports.map(({ port }) => port) };
    };
    const hosts = ["web.example.com", "*"];
    expect(await of({})).toEqual({
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts }],
      ports: [15021, 80],
    });
    expect(await of({ credentialName: "certificate" })).toEqual({
      servers: [
        {
          port: { number: 443, name: "https", protocol: "HTTPS" },
          hosts,
          tls: { mode: "SIMPLE", credentialName: "certificate" },
        },
      ],
      ports: [15021, 443],
    });
  });

  test("takes its certificate for the mesh from a workload socket where there is one", async () => {
    const { chartCalls } = await gateway({ usesWorkloadSocket: true });
    expect(chartCall(chartCalls, "istio-ingressgateway").options["values"]).toMatchObject({
      podAnnotations: { "inject.istio.io/templates": "gateway,spire" },
    });
  });
});

test("a mesh has those that its config asks for, and tells their addresses", async () => {
  const ingress = { routes: [{ service: "web.shop.svc.cluster.local", port: 80 }] };
  const spec: MeshSpec = { clusters: [cluster(1, { ingress })] };

  const { result, registrations } = await deploy(spec, { ...told, charts: { ...CHARTS, ...told.charts } });
  expect(listOf(registrations)).toContain("istio-multicluster:index:IngressGateway cluster1-ingress");
  expect(await valueOf(result.ingressAddresses!["cluster1"]!)).toBe("192.0.2.1");
  expect((await deploy({ clusters: [cluster(1)] })).result).not.toHaveProperty("ingressAddresses");
});
