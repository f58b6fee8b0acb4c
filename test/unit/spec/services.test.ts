import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh, warningsOf } from "../../../components";
import { serviceStubs, stubNamespaces } from "../../../components/objects/service-stubs";
import { objectsOf } from "../../support/objects";
import { cluster, database, links, mesh, withDatabase } from "../../support/specs";

describe("the hosts of gateways", () => {
  const hostsOf = (spec: MeshSpec) => planMesh(spec).clusters.map(({ gateway }) => gateway?.hosts);
  const sampleApps = { namespace: "apps", helloworld: {} };

  test.each<[string, Partial<MeshSpec>, string[]]>([
    ["are all where no services are listed", { sampleApps }, ["*.local"]],
    ["are the listed services", { services: [database()] }, ["db.shop.svc.cluster.local"]],
    [
      "are helloworld as well where there are sample applications",
      { services: [database()], sampleApps },
      ["db.shop.svc.cluster.local", "helloworld.apps.svc.cluster.local"],
    ],
    [
      "are not a helloworld that is cluster-local",
      { services: [database()], sampleApps, clusterLocal: ["*.apps.svc.cluster.local"] },
      ["db.shop.svc.cluster.local"],
    ],
    [
      "are what somebody said",
      { services: [database()], gateway: { hosts: ["*.shop.svc.x"] } },
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
    expect(stubsOf(withDatabase({ clusters: ["cluster1", "cluster2"] }))).toEqual([
      { cluster: "cluster3", namespaces: [], services: [stub] },
    ]);
    expect(stubsOf(withDatabase({}, { links: links("cluster3>cluster2") }))).toEqual([
      { cluster: "cluster3", namespaces: [], services: [stub] },
    ]);
    expect(stubsOf(withDatabase({}, { links: links("cluster2>cluster3") }))).toEqual([]);
  });

  test("are in a remote that sees the service through its primary", () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })];
    const spec = { clusters, services: [database()], links: links("cluster1>cluster2") };
    expect(stubsOf(spec).map((plan) => plan.cluster)).toEqual(["cluster1", "cluster3"]);
  });

  test("stay in a cluster whose sample applications have the same Service", () => {
    const spec = withDatabase({ clusters: ["cluster2"] });
    const helloworld = { ...database(), name: "helloworld", namespace: "apps", clusters: ["cluster2"] };
    const services = [...(spec.services ?? []), helloworld];
    const sampleApps = { namespace: "apps", helloworld: { cluster1: ["v1" as const] } };
    const retained = (changes: Partial<MeshSpec>) =>
      stubsOf({ ...spec, services, ...changes }).map((plan) => plan.services.map((own) => own.retained));
    const [own, both] = [undefined, [undefined, undefined]];
    expect(retained({ sampleApps })).toEqual([
      [own, true],
      [own, true],
    ]);
    expect(retained({ sampleApps: { ...sampleApps, namespace: "other" } })).toEqual([both, both]);
    expect(retained({})).toEqual([both, both]);
  });

  test("are not needed where proxies answer DNS queries", () => {
    expect(stubsOf(withDatabase({}, { dnsCapture: true }))).toEqual([]);
  });

  test("stay for pods that were started before proxies answered, until somebody says that there are none", () => {
    expect(stubsOf(withDatabase({}, { dnsCapture: true, serviceStubs: true }))).toEqual(
      stubsOf(withDatabase({})),
    );
    expect(stubsOf(withDatabase({}, { dnsCapture: true, serviceStubs: false }))).toEqual([]);
    const warned = (of: Partial<MeshSpec>) =>
      warningsOf(withDatabase({}, of))
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
      database(),
      database({ name: "cache" }),
      database({ name: "web", namespace: "default" }),
      database({ name: "greeter", namespace: "sample" }),
      database({ name: "queue", namespace: "jobs" }),
      database({ name: "worker", namespace: "jobs", clusters: ["cluster1"] }),
    ];
    const spec = mesh(2, { services, stubNamespaces: true, sampleApps: { helloworld: {} } });
    expect(stubsOf(spec).map(({ cluster: name, namespaces }) => [name, namespaces])).toEqual([
      ["cluster1", ["shop"]],
      ["cluster2", []],
    ]);
    expect(stubsOf({ ...spec, stubNamespaces: false }).map(({ namespaces }) => namespaces)).toEqual([[], []]);
  });

  test("are Services without selector, and their namespaces if asked for", () => {
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
