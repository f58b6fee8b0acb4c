import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { EastWestGateway, passthroughSni, ServiceImport, type ServiceImportArgs } from "../../components";
import { find, listOf, outsideProvider, testProvider } from "../support/components";
import { runProgram } from "../support/mocks";

const HOST = "helloworld.sample.svc.cluster.local";
const IDENTITY = "spiffe://cluster.local/ns/sample/sa/helloworld";
const ENTRY = `import:sample/import-${HOST}`;

const ARGS: ServiceImportArgs = {
  host: HOST,
  namespace: "sample",
  ports: [{ name: "http", port: 5000 }],
  endpoints: [{ cluster: "cluster2", addresses: ["192.0.2.2"] }],
  subjectAltNames: [IDENTITY],
};

/** An import with changes over the usual arguments. */
const imported = async (changes: Partial<ServiceImportArgs> = {}) => {
  const { registrations } = await runProgram(() => {
    new ServiceImport("import", { ...ARGS, ...changes }, { provider: testProvider() });
  });
  const spec = (name: string, kind: string) => find(registrations, name, kind).inputs["spec"];
  return { registrations, spec };
};

describe("ServiceImport", () => {
  test("is one ServiceEntry and one DestinationRule, under the provider", async () => {
    const { registrations } = await imported();
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:ServiceImport import",
      `kubernetes:networking.istio.io/v1:DestinationRule ${ENTRY}`,
      `kubernetes:networking.istio.io/v1:ServiceEntry ${ENTRY}`,
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
    expect(registrations.flatMap(({ secretPaths }) => secretPaths)).toEqual([]);
  });

  test("has the exporter's gateway as endpoint, with mutual TLS, in a network that no gateway sees", async () => {
    const { spec } = await imported();
    expect(spec(ENTRY, "ServiceEntry")).toEqual({
      hosts: [HOST],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ name: "http", number: 5000, protocol: "HTTP" }],
      endpoints: [
        {
          address: "192.0.2.2",
          ports: { http: 15443 },
          network: "import-cluster2",
          labels: { "security.istio.io/tlsMode": "istio" },
        },
      ],
    });
  });

  test("says for each port who may answer, under which name it is exported, and when an endpoint is left out", async () => {
    const sni = passthroughSni("hello.shop.svc.cluster.local", 8080);
    const ports = [
      { name: "http", port: 80, sni },
      { name: "tcp-db", port: 5432 },
    ];
    const { spec } = await imported({ ports });
    const outlierDetection = {
      consecutiveGatewayErrors: 3,
      consecutive5xxErrors: 5,
      interval: "5s",
      baseEjectionTime: "30s",
      maxEjectionPercent: 100,
      minHealthPercent: 1,
    };
    const policy = (number: number, name: string) => ({
      port: { number },
      tls: { mode: "ISTIO_MUTUAL", sni: name, subjectAltNames: [IDENTITY] },
      outlierDetection,
      loadBalancer: { localityLbSetting: { enabled: false } },
    });
    expect(spec(ENTRY, "DestinationRule")).toEqual({
      host: HOST,
      trafficPolicy: {
        portLevelSettings: [
          policy(80, "outbound_.8080_._.hello.shop.svc.cluster.local"),
          policy(5432, `outbound_.5432_._.${HOST}`),
        ],
      },
    });
  });

  test("takes several clusters, several gateways of one, their places, and namespaces that may use it", async () => {
    const endpoints = [
      { cluster: "cluster2", addresses: ["192.0.2.2", "192.0.2.3"], locality: "eu/a" },
      { cluster: "cluster3", addresses: ["192.0.2.4"], network: "elsewhere" },
    ];
    const { spec } = await imported({ endpoints, exportTo: ["frontend"] });
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

  test("orders endpoints by network, region and zone, or as told, once failover is asked for", async () => {
    const lbOf = async (failover: ServiceImportArgs["failover"]) => {
      const rule = (await imported({ failover })).spec(ENTRY, "DestinationRule") as {
        trafficPolicy: { portLevelSettings: { loadBalancer?: unknown }[] };
      };
      return rule.trafficPolicy.portLevelSettings[0]?.loadBalancer;
    };
    expect(await lbOf(undefined)).toEqual({ localityLbSetting: { enabled: false } });
    expect(await lbOf({})).toEqual({
      localityLbSetting: {
        enabled: true,
        failoverPriority: [
          "topology.istio.io/network",
          "topology.kubernetes.io/region",
          "topology.kubernetes.io/zone",
        ],
      },
    });
    const distribute = [{ from: "eu/*", to: { "eu/*": 80, "us/*": 20 } }];
    expect(await lbOf({ distribute })).toEqual({ localityLbSetting: { enabled: true, distribute } });
  });

  test("counts errors as told", async () => {
    const failover = { outlierDetection: { consecutive5xxErrors: 0, baseEjectionTime: "10s" } };
    const { spec } = await imported({ failover });
    expect(spec(ENTRY, "DestinationRule")).toMatchObject({
      trafficPolicy: {
        portLevelSettings: [{ outlierDetection: { consecutive5xxErrors: 0, baseEjectionTime: "10s" } }],
      },
    });
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

  test("takes an identity that is known later", async () => {
    const { spec } = await imported({ subjectAltNames: [pulumi.output(IDENTITY)] });
    expect(spec(ENTRY, "DestinationRule")).toMatchObject({
      trafficPolicy: { portLevelSettings: [{ tls: { subjectAltNames: [IDENTITY] } }] },
    });
  });

  test("checks no identity where any will do", async () => {
    const { spec } = await imported({ subjectAltNames: [], anyIdentity: true });
    expect(spec(ENTRY, "DestinationRule")).toMatchObject({
      trafficPolicy: {
        portLevelSettings: [{ tls: { mode: "ISTIO_MUTUAL", sni: passthroughSni(HOST, 5000) } }],
      },
    });
    expect(JSON.stringify(spec(ENTRY, "DestinationRule"))).not.toContain("subjectAltNames");
  });

  test("joins pods of the cluster to another host, by a second ServiceEntry without an address", async () => {
    const ports = [{ name: "http", port: 80, targetPort: 5000 }];
    const host = "hello.shop.internal";
    const { registrations } = await imported({ host, ports, workloadSelector: { app: "helloworld" } });
    expect(find(registrations, `import:sample/local-${host}`).inputs).toMatchObject({
      metadata: { labels: { "networking.istio.io/enable-autoallocate-ip": "false" } },
      spec: {
        hosts: [host],
        resolution: "STATIC",
        ports: [{ name: "http", number: 80, protocol: "HTTP", targetPort: 5000 }],
        workloadSelector: { labels: { app: "helloworld" } },
      },
    });
    expect(listOf(registrations)).toHaveLength(4);
  });

  test("resolves gateways with host names by DNS", async () => {
    const endpoints = [
      { cluster: "cluster2", addresses: ["lb.example"], addressType: "hostname" },
      { cluster: "cluster3", addresses: ["192.0.2.3"] },
    ];
    const { spec } = await imported({ endpoints, host: "hello.shop.internal" });
    expect(spec("import:sample/import-hello.shop.internal", "ServiceEntry")).toMatchObject({
      resolution: "DNS",
      endpoints: [{ address: "lb.example" }, { address: "192.0.2.3" }],
    });
  });

  test("needs no route to gateways with IP addresses from a Service without endpoints", async () => {
    const { registrations, spec } = await imported({ stub: true });
    expect(listOf(registrations)).toHaveLength(3);
    expect(spec(ENTRY, "ServiceEntry")).toMatchObject({ hosts: [HOST], resolution: "STATIC" });
  });

  test("leads such a Service to a host of the import's own where gateways have host names", async () => {
    const hidden = "helloworld.sample.imports.internal";
    const { registrations, spec } = await imported({
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

  test("refuses arguments before anything is registered, and lists all that is wrong with them", async () => {
    let refusal: unknown;
    const { registrations } = await runProgram(() => {
      const wrong = { ...ARGS, ports: [], subjectAltNames: [] };
      try {
        new ServiceImport("import", wrong, { provider: testProvider() });
      } catch (error) {
        refusal = error;
      }
    });
    expect(pulumi.InputPropertiesError.isInstance(refusal)).toBe(true);
    expect(refusal).toMatchObject({
      message: `import cannot import ${HOST}`,
      errors: [{ propertyPath: "ports" }, { propertyPath: "subjectAltNames" }],
    });
    expect(listOf(registrations)).toEqual([]);
  });
});
