import { describe, expect, test } from "vitest";
import { ServiceExport, type ServiceExportArgs } from "../../components";
import { find, listOf, outsideProvider, testProvider } from "../support/components";
import { runProgram } from "../support/mocks";

const GATEWAY = "export:istio-system/cross-network-gateway";
const ALIAS = "hello.shop.internal";
const SERVICE = "helloworld.sample.svc.cluster.local";

const exported = async (args: ServiceExportArgs) => {
  const { registrations } = await runProgram(() => {
    new ServiceExport("export", args, { provider: testProvider() });
  });
  return registrations;
};

describe("ServiceExport", () => {
  test("leads the east-west gateway to exactly the given hosts", async () => {
    const hosts = [SERVICE];
    const registrations = await exported({ hosts });
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:ServiceExport export",
      `kubernetes:networking.istio.io/v1:Gateway ${GATEWAY}`,
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
    expect(find(registrations, GATEWAY).inputs["spec"]).toEqual({
      selector: { istio: "eastwestgateway" },
      servers: [
        {
          port: { number: 15443, name: "tls", protocol: "TLS" },
          tls: { mode: "AUTO_PASSTHROUGH" },
          hosts,
        },
      ],
    });
  });

  test("takes another gateway", async () => {
    const registrations = await exported({ hosts: [ALIAS], gatewaySelector: { app: "gateway" } });
    expect(find(registrations, GATEWAY).inputs).toMatchObject({ spec: { selector: { app: "gateway" } } });
  });

  test("gives a Service another host and port, which gateways alone know", async () => {
    const ports = [
      { name: "http", port: 80, targetPort: 5000 },
      { name: "metrics", port: 9090 },
    ];
    const registrations = await exported({
      aliases: [{ host: ALIAS, service: SERVICE, namespace: "sample", ports }],
    });
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:ServiceExport export",
      `kubernetes:networking.istio.io/v1:ServiceEntry export:sample/export-${ALIAS}`,
    ]);
    expect(find(registrations, `export:sample/export-${ALIAS}`).inputs["spec"]).toEqual({
      hosts: [ALIAS],
      exportTo: ["istio-system"],
      location: "MESH_INTERNAL",
      resolution: "DNS",
      ports: [
        { name: "http", number: 80, protocol: "HTTP" },
        { name: "metrics", number: 9090 },
      ],
      endpoints: [
        {
          address: SERVICE,
          ports: { http: 5000, metrics: 9090 },
          labels: { "security.istio.io/tlsMode": "istio" },
        },
      ],
    });
  });

  test("leads to pods one by one where it knows their labels", async () => {
    const alias = {
      host: ALIAS,
      service: SERVICE,
      namespace: "sample",
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
      workloadSelector: { app: "helloworld" },
    };
    const registrations = await exported({ aliases: [alias] });
    expect(find(registrations, `export:sample/export-${ALIAS}`).inputs["spec"]).toEqual({
      hosts: [ALIAS],
      exportTo: ["istio-system"],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ name: "http", number: 80, protocol: "HTTP", targetPort: 8080 }],
      workloadSelector: { labels: { app: "helloworld" } },
    });
  });

  test("makes nothing of nothing", async () => {
    expect(listOf(await exported({}))).toEqual(["istio-multicluster:index:ServiceExport export"]);
  });
});
