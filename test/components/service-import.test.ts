import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { passthroughSni, ServiceImport, type ServiceImportArgs } from "../../components";
import { find, listOf, outsideProvider, testProvider } from "../support/components";
import { runProgram } from "../support/mocks";
import { ARGS, deployImport, ENTRY, HOST, IDENTITY } from "../support/service-import";

describe("ServiceImport", () => {
  test("is one ServiceEntry and one DestinationRule, under the provider", async () => {
    const { registrations } = await deployImport();
    expect(listOf(registrations)).toEqual([
      "istio-multicluster:index:ServiceImport import",
      `kubernetes:networking.istio.io/v1:DestinationRule ${ENTRY}`,
      `kubernetes:networking.istio.io/v1:ServiceEntry ${ENTRY}`,
    ]);
    expect(outsideProvider(registrations)).toEqual([]);
    expect(registrations.flatMap(({ secretPaths }) => secretPaths)).toEqual([]);
  });

  test("has the exporter's gateway as endpoint, with mutual TLS, in a network that no gateway sees", async () => {
    const { spec } = await deployImport();
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
    const { spec } = await deployImport({ ports });
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

  test("orders endpoints by network, region and zone, or as told, once failover is asked for", async () => {
    const lbOf = async (failover: ServiceImportArgs["failover"]) => {
      const rule = (await deployImport({ failover })).spec(ENTRY, "DestinationRule") as {
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
    const { spec } = await deployImport({ failover });
    expect(spec(ENTRY, "DestinationRule")).toMatchObject({
      trafficPolicy: {
        portLevelSettings: [{ outlierDetection: { consecutive5xxErrors: 0, baseEjectionTime: "10s" } }],
      },
    });
  });

  test("takes an identity that is known later", async () => {
    const { spec } = await deployImport({ subjectAltNames: [pulumi.output(IDENTITY)] });
    expect(spec(ENTRY, "DestinationRule")).toMatchObject({
      trafficPolicy: { portLevelSettings: [{ tls: { subjectAltNames: [IDENTITY] } }] },
    });
  });

  test("asks no text of what is known later, which Pulumi can be told to refuse", async () => {
    const identity = pulumi.output(IDENTITY);
    Object.defineProperty(identity, "toString", {
      value: () => {
        throw new Error("PULUMI_ERROR_OUTPUT_STRING");
      },
    });
    const { spec } = await deployImport({ subjectAltNames: [identity] });
    expect(spec(ENTRY, "ServiceEntry")).toBeDefined();
  });

  test("checks no identity where any will do", async () => {
    const { spec } = await deployImport({ subjectAltNames: [], anyIdentity: true });
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
    const { registrations } = await deployImport({ host, ports, workloadSelector: { app: "helloworld" } });
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
