import { describe, expect, test } from "vitest";
import { EastWestGateway, passthroughSni, ServiceImport } from "../../components";
import { find, listOf, testProvider } from "../support/components";
import { runProgram } from "../support/mocks";
import { ARGS, deployImport, ENTRY, HOST } from "../support/service-import";

describe("ServiceImport", () => {
  test("takes several clusters, several gateways of one, their places, and namespaces that may use it", async () => {
    const endpoints = [
      { cluster: "cluster2", addresses: ["192.0.2.2", "192.0.2.3"], locality: "eu/a" },
      { cluster: "cluster3", addresses: ["192.0.2.4"], network: "elsewhere" },
    ];
    const { spec } = await deployImport({ endpoints, exportTo: ["frontend"] });
    expect(spec(ENTRY, "ServiceEntry")).toMatchObject({
      exportTo: ["frontend"],
      endpoints: [
        { address: "192.0.2.2", network: "import-cluster2", locality: "eu/a" },
        { address: "192.0.2.3", network: "import-cluster2", locality: "eu/a" },
        { address: "192.0.2.4", network: "elsewhere" },
      ],
    });
    expect(spec(ENTRY, "DestinationRule")).toMatchObject({ exportTo: ["frontend"] });
  });

  test("takes an address of a gateway, and in the first preview knows all but that", async () => {
    const addressesIn = async (cluster: Parameters<typeof runProgram>[1]) => {
      const { registrations } = await runProgram(() => {
        const { address } = new EastWestGateway(
          "gateway",
          { network: "b" },
          { provider: testProvider("cluster2") },
        );
        const endpoints = [{ cluster: "cluster2", addresses: [address, "192.0.2.9"] }];
        new ServiceImport("import", { ...ARGS, endpoints }, { provider: testProvider() });
      }, cluster);
      const { inputs } = find(registrations, ENTRY, "ServiceEntry");
      return (inputs as { spec: { endpoints: { address: string }[] } }).spec.endpoints.map(
        ({ address }) => address,
      );
    };
    expect(await addressesIn({ ingress: [{ ip: "192.0.2.2" }] })).toEqual(["192.0.2.2", "192.0.2.9"]);
    const UNKNOWN = expect.stringMatching(/^04da6b54-/);
    expect(await addressesIn({ preview: true })).toEqual([UNKNOWN, "192.0.2.9"]);
  });

  test("resolves gateways with host names by DNS", async () => {
    const endpoints = [
      { cluster: "cluster2", addresses: ["lb.example"], addressType: "hostname" },
      { cluster: "cluster3", addresses: ["192.0.2.3"] },
    ];
    const { spec } = await deployImport({ endpoints, host: "hello.shop.internal" });
    expect(spec("import:sample/import-hello.shop.internal", "ServiceEntry")).toMatchObject({
      resolution: "DNS",
      endpoints: [{ address: "lb.example" }, { address: "192.0.2.3" }],
    });
  });

  test("needs no route to gateways with IP addresses from a Service without endpoints", async () => {
    const { registrations, spec } = await deployImport({ stub: true });
    expect(listOf(registrations)).toHaveLength(3);
    expect(spec(ENTRY, "ServiceEntry")).toMatchObject({ hosts: [HOST], resolution: "STATIC" });
  });

  test("leads such a Service to a host of the import's own where gateways have host names", async () => {
    const hidden = "helloworld.sample.imports.internal";
    const { registrations, spec } = await deployImport({
      stub: true,
      ports: [
        { name: "grpc-api", port: 5000 },
        { name: "tcp-db", port: 5432 },
      ],
      endpoints: [{ cluster: "cluster2", addresses: ["lb.example"], addressType: "hostname" }],
    });
    expect(listOf(registrations).map((text) => text.replace(/^.*:/, ""))).toEqual([
      "ServiceImport import",
      `sample/import-${hidden}`,
      `sample/import-${hidden}`,
      `sample/import-${HOST}`,
    ]);
    expect(spec(`import:sample/import-${hidden}`, "ServiceEntry")).toMatchObject({
      hosts: [hidden],
      resolution: "DNS",
    });
    expect(spec(`import:sample/import-${hidden}`, "DestinationRule")).toMatchObject({
      host: hidden,
      trafficPolicy: {
        portLevelSettings: [5000, 5432].map((port) => ({
          port: { number: port },
          tls: { sni: passthroughSni(HOST, port) },
        })),
      },
    });
    const rule = (port: number) => ({
      match: [{ port }],
      route: [{ destination: { host: hidden, port: { number: port } } }],
    });
    expect(spec(ENTRY, "VirtualService")).toEqual({ hosts: [HOST], http: [rule(5000)], tcp: [rule(5432)] });
  });

  test("leads what proxies find out to be HTTP, or not, there as well", async () => {
    const { spec } = await deployImport({
      stub: true,
      ports: [{ name: "web", port: 80 }],
      endpoints: [{ cluster: "cluster2", addresses: ["lb.example"], addressType: "hostname" }],
    });
    const found = spec(ENTRY, "VirtualService") as { http?: unknown; tcp?: unknown };
    expect(found.http).toEqual([expect.objectContaining({ match: [{ port: 80 }] })]);
    expect(found.tcp).toEqual(found.http);
  });
});
