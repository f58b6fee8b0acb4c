import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh, type ServiceSpec } from "../../../components";
import { gatewayHostsOf, HELLO, importsOf, oneImport, onlyImportOf } from "../../support/import-specs";
import { cluster, importing, importLinks, links, mesh, service } from "../../support/specs";

describe("the gateway of a cluster", () => {
  test("that is imported from is there on one network too", () => {
    const clusters = [1, 2, 3].map((index) => cluster(index, { network: "network1" }));
    expect(gatewayHostsOf(oneImport({}, { clusters }))).toEqual({ cluster2: [HELLO] });
  });

  test("leads to what is imported alone, and to all where it is discovered as well", () => {
    const services = [service(), service({ name: "db", namespace: "shop" })];
    const imports = [{ services: { name: "helloworld" } }];
    const sampleApps = { namespace: "apps", helloworld: {} };
    const DB = "db.shop.svc.cluster.local";
    const both = [...importLinks("cluster1>cluster2"), ...links("cluster3>cluster2")];
    expect(
      gatewayHostsOf(importing("cluster1>cluster2", services, imports, { sampleApps }))["cluster2"],
    ).toEqual([HELLO]);
    expect(gatewayHostsOf(mesh(3, { links: both, services, imports }))["cluster2"]).toEqual([HELLO, DB]);
  });

  test("leads nowhere while nothing is imported from it", () => {
    expect(gatewayHostsOf(mesh(2, { links: importLinks("cluster1>cluster2") }))["cluster2"]).toEqual([]);
  });

  test("leads to what other stacks import, and nowhere else", () => {
    const services = [service({ exported: true }), service({ name: "db" })];
    expect(gatewayHostsOf(mesh(3, { links: [], services }))).toEqual({ cluster2: [HELLO] });
    expect(planMesh(mesh(3, { links: [], services })).exports).toEqual([
      { cluster: "cluster2", hosts: [HELLO], aliases: [] },
    ]);
  });

  test("of a remote that is imported from is configured by its primary", () => {
    const clusters = [
      cluster(1),
      cluster(2),
      cluster(3, { network: "network2", controlPlanes: ["cluster2"] }),
    ];
    const services = [service({ clusters: ["cluster3"] })];
    const spec = importing("cluster1>cluster3", services, [{ services: {} }], { clusters });
    expect(planMesh(spec).exports).toEqual([{ cluster: "cluster2", hosts: [HELLO], aliases: [] }]);
    const [, primary, remote] = planMesh(spec).clusters;
    expect(primary?.gateway).toMatchObject({ hosts: [HELLO], exposesServices: true });
    expect(remote?.gateway).toMatchObject({ exposesServices: true });
  });
});

describe("exporters that differ in name, namespace or port", () => {
  const host = "hello.mesh.internal";
  const other = (changes: Partial<ServiceSpec> = {}) =>
    service({
      name: "greeter",
      namespace: "shop",
      ports: [{ name: "http", port: 8080, targetPort: 9090 }],
      clusters: ["cluster3"],
      ...changes,
    });
  const differing = (second: Partial<ServiceSpec> = {}, of: Partial<MeshSpec> = {}) =>
    importing(
      "cluster1>cluster2 cluster1>cluster3",
      [service(), other(second)],
      [{ services: {}, host, ports: [{ name: "http", port: 80 }] }],
      { dnsCapture: true, ...of },
    );

  test("each have an alias for the host, by which the importer calls them", () => {
    expect(onlyImportOf(differing())).toMatchObject({ ports: [{ name: "http", port: 80 }] });
    expect(onlyImportOf(differing())?.ports[0]).not.toHaveProperty("sni");
    expect(planMesh(differing({ selector: { app: "greeter" } })).exports).toEqual([
      {
        cluster: "cluster2",
        hosts: [host, HELLO],
        aliases: [
          {
            host,
            service: HELLO,
            namespace: "sample",
            ports: [{ name: "http", port: 80, targetPort: 5000 }],
          },
        ],
      },
      {
        cluster: "cluster3",
        hosts: ["greeter.shop.svc.cluster.local", host],
        aliases: [
          {
            host,
            service: "greeter.shop.svc.cluster.local",
            namespace: "shop",
            ports: [{ name: "http", port: 80, targetPort: 9090 }],
            workloadSelector: { app: "greeter" },
          },
        ],
      },
    ]);
  });

  test("are called by names that gateways have, also while one of them leaves", () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { leaving: true })];
    const [, ...gateways] = planMesh(differing({}, { clusters })).clusters.map(
      ({ gateway }) => gateway?.hosts,
    );
    expect(gateways).toEqual([
      [host, HELLO],
      ["greeter.shop.svc.cluster.local", host],
    ]);
    expect(onlyImportOf(differing({}, { clusters }))?.ports).toEqual([
      { name: "http", port: 80, sni: `outbound_.5000_._.${HELLO}` },
    ]);
    expect(planMesh(differing({}, { clusters })).exports.map(({ aliases }) => aliases.length)).toEqual([
      1, 1,
    ]);
  });

  test("keep their alias where they would find their own pods by an import from one that leaves", () => {
    const spec = differing(
      { selector: { app: "greeter" } },
      {
        links: importLinks("cluster1>cluster2 cluster1>cluster3 cluster3>cluster2"),
        clusters: [cluster(1), cluster(2, { leaving: true }), cluster(3)],
      },
    );
    expect(importsOf(spec, "cluster3")).toEqual([]);
    expect(planMesh(spec).exports.map(({ aliases }) => aliases.length)).toEqual([1, 1]);
  });

  test("have a port of the alias for each number by which importers call it", () => {
    const services = [service(), other()];
    const ports = (port: number) => [{ name: "http", port }];
    const spec = importing(
      "cluster1>cluster2 cluster1>cluster3 cluster4>cluster2 cluster4>cluster3",
      services,
      [
        { services: {}, host, into: ["cluster1"], ports: ports(80) },
        { services: {}, host, into: ["cluster4"], ports: ports(8080) },
      ],
      { dnsCapture: true, clusters: [1, 2, 3, 4].map((index) => cluster(index)) },
    );
    expect(planMesh(spec).exports.map(({ aliases }) => aliases[0]?.ports)).toEqual([
      [
        { name: "http", port: 80, targetPort: 5000 },
        { name: "http-8080", port: 8080, targetPort: 5000 },
      ],
      [
        { name: "http", port: 80, targetPort: 8080 },
        { name: "http-8080", port: 8080, targetPort: 8080 },
      ],
    ]);
  });

  test("need none where the host is the Service's own, nor where the import itself finds its pods", () => {
    const own = importing(
      "cluster1>cluster2 cluster1>cluster3",
      [service(), other({ ports: [{ name: "http", port: 5000 }] })],
      [{ services: {}, host: HELLO }],
    );
    expect(planMesh(own).exports.map(({ aliases }) => aliases.length)).toEqual([0, 1]);
    const bothWays = differing(
      { selector: { app: "greeter" } },
      { links: importLinks("cluster1>cluster2 cluster1>cluster3 cluster3>cluster2") },
    );
    expect(planMesh(bothWays).exports.map(({ aliases }) => aliases.length)).toEqual([1, 0]);
    expect(importsOf(bothWays, "cluster3")).toMatchObject([{ namespace: "shop", workloadSelector: {} }]);
  });
});
