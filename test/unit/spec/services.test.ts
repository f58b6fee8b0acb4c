import { App, Chart } from "cdk8s";
import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh, type ServiceSpec, warningsOf } from "../../../components";
import { serviceStubs, stubNamespaces } from "../../../components/objects/service-stubs";
import { istiodValues } from "../../../components/values/istiod";
import { type RuleCase, testRules } from "../../support/rules";
import { cluster, links, mesh } from "../../support/specs";

const service = (changes: Partial<ServiceSpec> = {}): ServiceSpec => ({
  name: "db",
  namespace: "shop",
  ports: [{ name: "tcp-db", port: 5432 }],
  clusters: ["cluster2"],
  ...changes,
});
const exporting = (changes: Partial<ServiceSpec>, of: Partial<MeshSpec> = {}) =>
  mesh(3, { services: [service(changes)], ...of });
const oneNetwork = { clusters: [1, 2, 3].map((index) => cluster(index, { network: "network1" })) };
const settingServices = { values: { meshConfig: { serviceSettings: [] } } };
const local = (...clusterLocal: string[]) => mesh(1, { clusterLocal });

const cases: Record<string, RuleCase> = {
  "a headless service that another network calls": {
    bad: exporting({ headless: true }),
    path: "services[0].headless",
    message:
      "is true, so clients of cluster1, cluster3, on another network, get no addresses (istio/istio#38327)",
    good: exporting({ headless: true }, { ...oneNetwork, dnsCapture: true }),
  },
  "a headless service of several clusters, each on its own network": {
    bad: exporting({ headless: true, clusters: ["cluster1", "cluster2", "cluster3"] }),
    path: "services[0].headless",
    message: "use a Service with a ClusterIP",
    good: exporting({ headless: true }, { links: links("cluster2>cluster1") }),
  },
  "names that nothing resolves": {
    bad: exporting({}, { serviceStubs: false }),
    path: "serviceStubs",
    message: "is false, but no proxy answers DNS queries either",
    good: exporting({}, { serviceStubs: false, dnsCapture: true }),
  },
  "a headless service that another cluster of its network cannot resolve": {
    bad: exporting({ headless: true }, oneNetwork),
    path: "services[0].headless",
    message: "is true, so the DNS of cluster1, cluster3 has no addresses for it; set dnsCapture: true",
    good: exporting({ headless: true, clusters: ["cluster1", "cluster2", "cluster3"] }, oneNetwork),
  },
  "a service without sidecars that another network calls": {
    bad: exporting({ injected: false }),
    path: "services[0].injected",
    message:
      "Istio drops its endpoints for clients of cluster1, cluster3, on another network (istio/istio#28798)",
    good: exporting({ injected: false }, oneNetwork),
  },
  "a service of an unknown cluster": {
    bad: exporting({ clusters: ["cluster2", "cluster9"] }),
    path: "services[0].clusters[1]",
    message: '"cluster9" is not a cluster of this mesh',
    good: exporting({ clusters: ["cluster2", "cluster3"] }),
  },
  "a service that runs nowhere": {
    bad: exporting({ clusters: [] }),
    path: "services[0].clusters",
    message: "is empty; name the clusters",
    good: exporting({}),
  },
  "a cluster named twice": {
    bad: exporting({ clusters: ["cluster2", "cluster2"] }),
    path: "services[0].clusters[1]",
    message: "cluster2 is there already; name it once",
    good: exporting({ clusters: ["cluster2"] }),
  },
  "a service listed twice": {
    bad: mesh(2, { services: [service(), service({ clusters: ["cluster1"] })] }),
    path: "services[1]",
    message: "shop/db is already services[0]; list it once, with all of its clusters",
    good: mesh(2, { services: [service(), service({ namespace: "shop2", clusters: ["cluster1"] })] }),
  },
  "a service without ports": {
    bad: exporting({ ports: [] }),
    path: "services[0].ports",
    message: "is empty; list the ports",
    good: exporting({ ports: [{ name: "http", port: 80 }] }),
  },
  "a port number given twice": {
    bad: exporting({
      ports: [
        { name: "a", port: 80 },
        { name: "b", port: 80 },
      ],
    }),
    path: "services[0].ports[1].port",
    message: "80 is already that of ports[0]; give each port its own",
    good: exporting({
      ports: [
        { name: "a", port: 80 },
        { name: "b", port: 81 },
      ],
    }),
  },
  "a name that is no label": {
    bad: exporting({ name: "db.eu" }),
    path: "services[0].name",
    message: "is not a DNS-1123 label",
    good: exporting({ name: "db-eu" }),
  },
  "a service that is cluster-local as well": {
    bad: exporting({}, { clusterLocal: ["*.shop.svc.cluster.local"] }),
    path: "services[0]",
    message:
      "is db.shop.svc.cluster.local, which no other cluster reaches: clusterLocal has *.shop.svc.cluster.local; remove",
    good: exporting({}, { clusterLocal: ["*.shop2.svc.cluster.local"] }),
  },
  "a service that Istio keeps within each cluster": {
    bad: exporting({ namespace: "kube-system" }),
    path: "services[0]",
    message: "Istio keeps *.kube-system.svc.cluster.local within each cluster; remove it here",
    good: exporting({ namespace: "default" }),
  },
  "a service that the listed hosts of a gateway leave out": {
    bad: exporting({}, { gateway: { hosts: ["*.other.svc.cluster.local"] } }),
    path: "services[0].clusters[0]",
    message:
      "is cluster2, whose gateway.hosts (*.other.svc.cluster.local) leave out db.shop.svc.cluster.local, so cluster1, cluster3 would get no answer",
    good: exporting({}, { gateway: { hosts: ["*.other.svc.cluster.local", "*.shop.svc.cluster.local"] } }),
  },
  "an export of nothing": {
    bad: mesh(2, { services: [] }),
    path: "services",
    message: "is empty, so gateways would lead nowhere",
    good: mesh(2, { services: [], sampleApps: { helloworld: {} } }),
  },
  "cluster-local hosts beside Helm values that replace them": {
    bad: mesh(1, { clusterLocal: ["*.svc.cluster.local"], istiod: settingServices }),
    path: "clusterLocal",
    message:
      "has no effect in cluster1, where istiod.values.meshConfig.serviceSettings replaces it; keep one",
    good: mesh(1, { istiod: settingServices }),
  },
  "a cluster-local host that is short": {
    bad: local("db.shop"),
    path: "clusterLocal[0]",
    message: '"db.shop" is no host of a Service to Istio; write <name>.<namespace>.svc.cluster.local',
    good: local("db.shop.svc.cluster.local"),
  },
  "a cluster-local host with a star in the middle": {
    bad: local("db.*.svc.cluster.local"),
    path: "clusterLocal[0]",
    message: "is no host",
    good: local("*.shop.svc.cluster.local"),
  },
  "a cluster-local host given twice": {
    bad: local("*.svc.cluster.local", "*.svc.cluster.local"),
    path: "clusterLocal[1]",
    message: "is already clusterLocal[0]; remove it",
    good: local("*.svc.cluster.local"),
  },
};

describe("validateMesh reports of services", () => testRules(cases));

describe("the hosts of gateways", () => {
  const hostsOf = (spec: MeshSpec) => planMesh(spec).clusters.map(({ gateway }) => gateway?.hosts);
  const sampleApps = { namespace: "apps", helloworld: {} };

  test.each<[string, Partial<MeshSpec>, string[]]>([
    ["are all where no services are listed", { sampleApps }, ["*.local"]],
    ["are the listed services", { services: [service()] }, ["db.shop.svc.cluster.local"]],
    [
      "are helloworld as well where there are sample applications",
      { services: [service()], sampleApps },
      ["db.shop.svc.cluster.local", "helloworld.apps.svc.cluster.local"],
    ],
    [
      "are not a helloworld that is cluster-local",
      { services: [service()], sampleApps, clusterLocal: ["*.apps.svc.cluster.local"] },
      ["db.shop.svc.cluster.local"],
    ],
    [
      "are what somebody said",
      { services: [service()], gateway: { hosts: ["*.shop.svc.x"] } },
      ["*.shop.svc.x"],
    ],
  ])("%s", (_, changes, hosts) => {
    expect(hostsOf(mesh(2, changes))).toEqual([hosts, hosts]);
  });
});

describe("stubs", () => {
  const stub = { name: "db", namespace: "shop", ports: [{ name: "tcp-db", port: 5432 }] };
  const stubsOf = (spec: MeshSpec) => planMesh(spec).serviceStubs;

  test("are where clients may call a service that does not run there, and nowhere else", () => {
    expect(stubsOf(exporting({ clusters: ["cluster1", "cluster2"] }))).toEqual([
      { cluster: "cluster3", namespaces: [], services: [stub] },
    ]);
    expect(stubsOf(exporting({}, { links: links("cluster3>cluster2") }))).toEqual([
      { cluster: "cluster3", namespaces: [], services: [stub] },
    ]);
    expect(stubsOf(exporting({}, { links: links("cluster2>cluster3") }))).toEqual([]);
  });

  test("are in a remote that sees the service through its primary", () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })];
    const spec = { clusters, services: [service()], links: links("cluster1>cluster2") };
    expect(stubsOf(spec).map((plan) => plan.cluster)).toEqual(["cluster1", "cluster3"]);
  });

  test("are not needed where proxies answer DNS queries", () => {
    expect(stubsOf(exporting({}, { dnsCapture: true }))).toEqual([]);
  });

  test("stay for pods that were started before proxies answered, until somebody says that there are none", () => {
    expect(stubsOf(exporting({}, { dnsCapture: true, serviceStubs: true }))).toEqual(stubsOf(exporting({})));
    expect(stubsOf(exporting({}, { dnsCapture: true, serviceStubs: false }))).toEqual([]);
    const warned = (of: Partial<MeshSpec>) =>
      warningsOf(exporting({}, of))
        .filter(({ path }) => path === "dnsCapture")
        .map(({ message }) => message);
    expect(warned({ dnsCapture: true })).toEqual([
      expect.stringContaining("set serviceStubs: true until every pod has been restarted"),
    ]);
    for (const serviceStubs of [true, false]) expect(warned({ dnsCapture: true, serviceStubs })).toEqual([]);
    expect(warned({})).toEqual([]);
  });

  test("bring the namespaces that are asked for, each once, and none that is there", () => {
    const services = [
      service(),
      service({ name: "cache" }),
      service({ name: "web", namespace: "default" }),
      service({ name: "greeter", namespace: "sample" }),
      service({ name: "queue", namespace: "jobs" }),
      service({ name: "worker", namespace: "jobs", clusters: ["cluster1"] }),
    ];
    const spec = mesh(2, { services, stubNamespaces: true, sampleApps: { helloworld: {} } });
    expect(stubsOf(spec).map(({ cluster: name, namespaces }) => [name, namespaces])).toEqual([
      ["cluster1", ["shop"]],
      ["cluster2", []],
    ]);
    expect(stubsOf({ ...spec, stubNamespaces: false }).map(({ namespaces }) => namespaces)).toEqual([[], []]);
  });

  test("are Services without selector, and their namespaces if asked for", () => {
    const objectsOf = (fill: (chart: Chart) => void) => {
      const chart = new Chart(new App(), "chart", { disableResourceNameHashes: true });
      fill(chart);
      return chart.toJson() as unknown[];
    };
    const object = { apiVersion: "v1", kind: "Service" };
    const { ports } = stub;
    expect(objectsOf((chart) => stubNamespaces(chart, ["shop"]))).toEqual([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    ]);
    expect(objectsOf((chart) => serviceStubs(chart, [stub]))).toEqual([
      { ...object, metadata: { name: "db", namespace: "shop" }, spec: { ports } },
    ]);
  });
});

describe("istiod is told", () => {
  const input = { clusterName: "c", network: "n", meshId: "m", trustDomain: "td", imagePullSecrets: [] };

  test("which hosts are cluster-local", () => {
    expect(istiodValues({ ...input, clusterLocal: ["*.shop.svc.cluster.local"] })).toMatchObject({
      meshConfig: {
        serviceSettings: [{ settings: { clusterLocal: true }, hosts: ["*.shop.svc.cluster.local"] }],
      },
    });
    expect(istiodValues({ ...input, clusterLocal: [] })).not.toHaveProperty("meshConfig.serviceSettings");
  });

  test("that proxies answer DNS queries", () => {
    expect(istiodValues({ ...input, dnsCapture: true })).toMatchObject({
      meshConfig: { defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } } },
    });
  });
});
