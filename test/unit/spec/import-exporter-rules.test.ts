import { beforeAll, describe, expect, test } from "vitest";
import { type MeshSpec, type ServiceImportSpec, type ServiceSpec, validateMesh } from "../../../components";
import { CAPTURE, HELLO, importOf, oneImport, OTHER, withExporter } from "../../support/import-specs";
import { selfSigned } from "../../support/pki";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, importing, service } from "../../support/specs";

const two = (
  second: Partial<ServiceSpec>,
  imported: Partial<ServiceImportSpec> = {},
  more: Partial<MeshSpec> = {},
) =>
  importing(
    "cluster1>cluster2 cluster1>cluster3",
    [service(), service({ name: "greeter", clusters: ["cluster3"], ...second })],
    [{ services: {}, host: OTHER, ...imported }],
    { ...CAPTURE, ...more },
  );
const port = (name: string, number: number) => [{ name, port: number }];

const portCases: Record<string, RuleCase> = {
  "exporters with different ports": {
    bad: two({ ports: port("http", 80) }),
    path: "imports[0].ports",
    message: `is missing: ${HELLO} has http: 5000, and greeter.sample.svc.cluster.local has http: 80`,
    good: two({ ports: port("http", 80) }, { ports: port("http", 8080) }),
  },
  "a port that an exporter does not have": {
    bad: two({ ports: port("http-web", 80) }, { ports: port("http", 8080) }),
    path: "imports[0].ports[0].name",
    message: "is http, a name that no port of greeter.sample.svc.cluster.local has (http-web)",
    good: two({ ports: port("http", 80) }, { ports: port("http", 8080) }),
  },
  "no ports": {
    bad: oneImport({ ports: [] }),
    path: "imports[0].ports",
    message: "is empty",
    good: oneImport({ ports: port("http", 5000) }),
  },
  "a port number given twice": {
    bad: importOf({ ports: [...port("http", 1), ...port("grpc", 2)] }, CAPTURE, {
      host: OTHER,
      ports: [...port("http", 80), ...port("grpc", 80)],
    }),
    path: "imports[0].ports[1].port",
    message: "80 is already that of ports[0]",
    good: importOf({ ports: [...port("http", 1), ...port("grpc", 2)] }, CAPTURE, {
      host: OTHER,
      ports: [...port("http", 80), ...port("grpc", 81)],
    }),
  },
  "another number for a port of a Service's own name": {
    bad: oneImport({ ports: port("http", 80) }),
    path: "imports[0].ports",
    message: `gives http the number 80, but ${HELLO} is a Service in which it has another`,
    good: oneImport({ ports: port("http", 80), host: OTHER }, CAPTURE),
  },
};

const west = (changes: object) =>
  importing("cluster1>west", [service({ clusters: ["west"] })], [{ services: {} }], {
    exporters: [{ name: "west", ...changes }],
  });
const reference = { stackReference: "org/mesh/west" };
const adopted = (changes: object) => {
  const [first, second, third] = [cluster(1), cluster(2, changes), cluster(3)];
  return oneImport({}, { clusters: [first, second, third] });
};

const exporterCases: Record<string, RuleCase> = {
  "a service of which no accounts are known": {
    bad: importOf({ serviceAccounts: undefined }),
    path: "services[0].serviceAccounts",
    message: "is missing, so that whoever has an identity of the mesh could answer where imports[0] takes it",
    good: importOf({ serviceAccounts: [] }, {}, { anyIdentity: true }),
  },
  "a headless service that is imported": {
    bad: importOf({ headless: true }),
    path: "services[0].headless",
    message: "is true, and imports[0] takes it into cluster1, which learns no addresses of its pods",
    good: importOf({ headless: false }),
  },
  "a service without sidecars that is imported": {
    bad: importOf({ injected: false }),
    path: "services[0].injected",
    message: "is false, and imports[0] takes it into cluster1 by way of a gateway",
    good: importOf({ injected: true }),
  },
  "a service that the listed hosts of its gateway leave out": {
    bad: oneImport({}, { gateway: { hosts: ["*.other.svc.cluster.local"] } }),
    path: "services[0].clusters[0]",
    message: `is cluster2, whose gateway.hosts (*.other.svc.cluster.local) leave out ${HELLO}, so cluster1 would get no answer`,
    good: oneImport({}, { gateway: { hosts: ["*.sample.svc.cluster.local"] } }),
  },
  "an alias that the listed hosts of its gateway leave out": {
    bad: two({}, {}, { clusters: [cluster(1), cluster(2), cluster(3, { gateway: { hosts: ["*.local"] } })] }),
    path: "services[1].clusters[0]",
    message: `leave out ${OTHER}`,
    good: two({}, {}, { clusters: [cluster(1), cluster(2), cluster(3, { gateway: { hosts: [OTHER] } })] }),
  },
  "a gateway that is turned off": {
    bad: oneImport({}, withExporter({ gateway: { enabled: false } })),
    path: "clusters[1].gateway.enabled",
    message: "is false, but cluster2 (network2) is imported from by cluster1; enable the gateway",
    good: oneImport({}, withExporter({ gateway: { enabled: true } })),
  },
  "a network that is that of an import": {
    bad: oneImport({}, withExporter({ network: "import-cluster2" })),
    path: "clusters[1].network",
    message: "is import-cluster2, the network of what is imported from cluster2",
    good: oneImport({}, withExporter({ network: "imports" })),
  },
  "a target port without a selector": {
    bad: importOf({ ports: [{ name: "http", port: 80, targetPort: 8080 }] }),
    path: "services[0].ports[0].targetPort",
    message: "has no effect without selector",
    good: importOf({ ports: [{ name: "http", port: 80, targetPort: 8080 }], selector: { app: "x" } }),
  },
  "addresses that are none": {
    bad: adopted({ gatewayAddresses: ["192.0.2.1:15443"] }),
    path: "clusters[1].gatewayAddresses[0]",
    message: '"192.0.2.1:15443" is neither an IP address nor a DNS name; give it without port',
    good: adopted({ gatewayAddresses: ["192.0.2.1"] }),
  },
  "addresses with a slip": {
    bad: adopted({ gatewayAddresses: ["192.0.2.256"] }),
    path: "clusters[1].gatewayAddresses[0]",
    message: '"192.0.2.256" is neither an IP address nor a DNS name',
    good: adopted({ gatewayAddresses: ["1.example.com"] }),
  },
  "addresses of two kinds": {
    bad: adopted({ gatewayAddresses: ["192.0.2.1", "gateway.example.com"] }),
    path: "clusters[1].gatewayAddresses",
    message: "mixes IP addresses and host names",
    good: adopted({ gatewayAddresses: ["192.0.2.1", "2001:db8::1"] }),
  },
  "an exporter without an address": {
    bad: west({}),
    path: "exporters[0]",
    message: "says nothing of its gateway; set addresses, or from",
    good: west({ from: reference }),
  },
  "an exporter with two sources of its address": {
    bad: west({ from: reference, addresses: ["192.0.2.1"] }),
    path: "exporters[0]",
    message: "sets addresses and from; keep one",
    good: west({ addresses: ["192.0.2.1"] }),
  },
  "an exporter whose addresses say of what type they are": {
    bad: west({ addresses: ["192.0.2.1"], addressType: "hostname" }),
    path: "exporters[0].addressType",
    message: "has no effect: addresses tell by themselves what they are; remove it",
    good: west({ from: reference, addressType: "hostname" }),
  },
  "an exporter with a cluster's name": {
    bad: oneImport({}, { exporters: [{ name: "cluster1", from: reference }] }),
    path: "exporters[0].name",
    message: '"cluster1" is already the name of clusters[0]',
    good: oneImport({}, { exporters: [{ name: "west", from: reference }] }),
  },
  "an exporter's trust domain that is none": {
    bad: west({ from: reference, trustDomain: "West" }),
    path: "exporters[0].trustDomain",
    message: '"West" is not a DNS name',
    good: west({ from: reference, trustDomain: "west" }),
  },
};

describe("validateMesh reports of imported ports", () => testRules(portCases));
describe("validateMesh reports of exporters", () => testRules(exporterCases));

describe("validateMesh reports of an exporter whose istiod is adopted", () => {
  let root: string;
  beforeAll(async () => {
    root = await selfSigned("Root");
  });
  const existing = (changes: object = {}): MeshSpec => {
    const own = { adopt: ["istiod" as const], rootCertificate: root, ...changes };
    const all = [cluster(1, { ...own, gatewayAddresses: undefined }), cluster(2, own)];
    return importing("cluster1>cluster2", [service()], [{ services: {} }], { clusters: all });
  };

  test("that its gateway has no address here", () => {
    expect(validateMesh(existing())).toEqual([
      {
        path: "clusters[1].gatewayAddresses",
        message: expect.stringContaining("cluster1 import from cluster2, whose gateway is its own"),
      },
    ]);
    expect(validateMesh(existing({ gatewayAddresses: ["192.0.2.1"] }))).toEqual([]);
    expect(validateMesh(existing({ gateway: { enabled: true } }))).toEqual([]);
  });
});
