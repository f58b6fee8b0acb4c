import { describe, expect, test } from "vitest";
import { checkMesh } from "../../../stacks/config/read";
import { allBefore, chartCall, find, listOf } from "../../support/components";
import { deploy } from "../../support/deploy";
import { mesh } from "../../support/specs";

const EXPORT = {
  services: [
    { name: "db", namespace: "shop", ports: [{ name: "tcp-db", port: 5432 }], clusters: ["cluster2"] },
  ],
  clusterLocal: ["*.monitoring.svc.cluster.local"],
  sampleApps: { helloworld: { cluster1: ["v1"] }, clients: ["cluster1"], failover: {} },
};

describe("a mesh with exported services and failover", () => {
  test("has stubs where the service is called, after what may make their namespace", async () => {
    const { registrations } = await deploy(mesh(3, EXPORT));
    const stubs = listOf(registrations).filter((text) => text.includes("service-stubs:"));
    expect(stubs).toEqual([
      "kubernetes:core/v1:Service cluster1-service-stubs:shop/db",
      "kubernetes:core/v1:Service cluster3-service-stubs:shop/db",
    ]);
    expect([...allBefore(registrations, "cluster1-service-stubs")]).toEqual(
      expect.arrayContaining(["Namespace cluster1-istio-system", "Namespace cluster1-sample-apps:sample"]),
    );
  });

  test("lets gateways lead to what is exported, and fails over in every primary with clients", async () => {
    const { registrations } = await deploy(mesh(2, EXPORT));
    const gateway = find(registrations, "cluster2-gateway:istio-system/cross-network-gateway");
    expect(gateway.inputs).toMatchObject({
      spec: { servers: [{ hosts: ["db.shop.svc.cluster.local", "helloworld.sample.svc.cluster.local"] }] },
    });
    expect(listOf(registrations).filter((text) => text.includes("DestinationRule"))).toEqual([
      "kubernetes:networking.istio.io/v1:DestinationRule cluster1-sample-apps:sample/helloworld",
    ]);
  });

  test("tells every istiod what is cluster-local and whether proxies answer DNS queries", async () => {
    const { chartCalls, registrations } = await deploy(
      mesh(1, { ...EXPORT, services: [], dnsCapture: true }),
    );
    expect(chartCall(chartCalls, "istiod").options["values"]).toMatchObject({
      meshConfig: {
        serviceSettings: [{ settings: { clusterLocal: true }, hosts: EXPORT.clusterLocal }],
        defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } },
      },
    });
    expect(listOf(registrations).filter((text) => text.includes("ServiceStubs"))).toEqual([]);
  });
});

describe("a config value", () => {
  const access = { stackReference: "org/clusters/prod", output: "kubeconfig" };
  const config = (changes: object) => ({
    clusters: [
      { name: "cluster1", network: "network1", access: { ...access, output: "kubeconfig1" } },
      { name: "cluster2", network: "network2", access: { ...access, output: "kubeconfig2" } },
    ],
    ...changes,
  });
  const problemsOf = (raw: unknown) => checkMesh(raw, () => true).problems;

  test("carries services, cluster-local hosts, DNS capture and failover unchanged", () => {
    const value = config({ ...EXPORT, dnsCapture: true, stubNamespaces: true });
    expect(checkMesh(value, () => true)).toEqual({ mesh: value, problems: [] });
  });

  test.each([
    [
      "a service without a name",
      { services: [{ ...EXPORT.services[0], name: undefined }] },
      "services[0].name",
    ],
    [
      "a port beyond the last",
      { services: [{ ...EXPORT.services[0], ports: [{ name: "a", port: 65536 }] }] },
      "services[0].ports[0].port",
    ],
    ["an unknown setting of one", { services: [{ ...EXPORT.services[0], host: "x" }] }, "services[0].host"],
    [
      "a time that is none",
      { sampleApps: { ...EXPORT.sampleApps, failover: { outlierDetection: { interval: "5" } } } },
      "sampleApps.failover.outlierDetection.interval",
    ],
  ])("with %s is refused there, and only there", (_, changes, path) => {
    expect(problemsOf(config(changes)).map((problem) => problem.path)).toEqual([path]);
  });
});
