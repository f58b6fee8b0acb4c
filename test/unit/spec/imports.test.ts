import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh, type ServiceImportSpec, validateMesh } from "../../../components";
import { gatewayHostsOf, HELLO, importsOf, oneImport, onlyImportOf } from "../../support/import-specs";
import { cluster, importing, importLinks, links, mesh, service } from "../../support/specs";

describe("an import", () => {
  test("of a service's own host is planned with every default", () => {
    expect(planMesh(oneImport())).toMatchObject({
      links: [],
      clusters: [{ gateway: undefined }, { gateway: { hosts: [HELLO], exposesServices: true } }, {}],
    });
    expect(planMesh(oneImport()).imports).toEqual([
      {
        cluster: "cluster1",
        host: HELLO,
        namespace: "sample",
        exportTo: ["*"],
        ports: [{ name: "http", port: 5000 }],
        endpoints: [{ cluster: "cluster2", network: "import-cluster2", addressType: "ip" }],
        subjectAltNames: [
          "spiffe://cluster.local/ns/sample/sa/helloworld-v1",
          "spiffe://cluster.local/ns/sample/sa/helloworld-v2",
        ],
        stub: true,
        sources: [{ cluster: "cluster2", name: "helloworld", namespace: "sample" }],
      },
    ]);
  });

  test("needs no credential, and leaves nobody a reader", () => {
    const { clusters, links: credentials } = planMesh(oneImport());
    expect(credentials).toEqual([]);
    expect(clusters.map(({ reader }) => reader)).toEqual([undefined, undefined, undefined]);
  });

  test("under another host and port names the exporter's own to its gateway", () => {
    const spec = oneImport(
      { host: "hello.shop.mesh.internal", ports: [{ name: "http", port: 80 }], namespaces: ["frontend"] },
      { dnsCapture: true },
    );
    expect(onlyImportOf(spec)).toMatchObject({
      namespace: "istio-system",
      exportTo: ["frontend"],
      ports: [{ name: "http", port: 80, sni: `outbound_.5000_._.${HELLO}` }],
      stub: false,
    });
    expect(planMesh(spec).exports).toEqual([{ cluster: "cluster2", hosts: [HELLO], aliases: [] }]);
  });

  test("takes services by name, labels, namespaces and clusters", () => {
    const services = [
      service({ labels: { team: "shop", tier: "web" } }),
      service({ name: "db", namespace: "shop", labels: { team: "shop" } }),
      service({ name: "far", labels: { team: "shop" }, clusters: ["cluster3"] }),
    ];
    const chosen = (selector: ServiceImportSpec["services"]) =>
      importsOf(importing("cluster1>cluster2 cluster1>cluster3", services, [{ services: selector }])).flatMap(
        ({ sources }) => sources.map(({ cluster: from, name }) => `${from}/${name}`),
      );
    expect(chosen({})).toEqual(["cluster2/helloworld", "cluster2/db", "cluster3/far"]);
    expect(chosen({ name: "db" })).toEqual(["cluster2/db"]);
    expect(chosen({ matchLabels: { team: "shop", tier: "web" } })).toEqual(["cluster2/helloworld"]);
    expect(chosen({ namespaces: ["shop"] })).toEqual(["cluster2/db"]);
    expect(chosen({ clusters: ["cluster3"] })).toEqual(["cluster3/far"]);
  });

  test("is for the clusters that are named, or for all with a link", () => {
    const text = "cluster1>cluster2 cluster3>cluster2";
    const into = (changes: Partial<ServiceImportSpec>) =>
      planMesh(importing(text, [service()], [{ services: {}, ...changes }])).imports.map(
        ({ cluster: name }) => name,
      );
    expect(into({})).toEqual(["cluster1", "cluster3"]);
    expect(into({ into: ["cluster3"] })).toEqual(["cluster3"]);
  });

  test("of several clusters has an endpoint in each, of a network and region of its own, and local pods beside them", () => {
    const places = { clusters: ["cluster1", "cluster2", "cluster3"], selector: { app: "helloworld" } };
    const host = "hello.mesh.internal";
    const spec = importing(
      "cluster1>cluster2 cluster1>cluster3",
      [service({ ...places, ports: [{ name: "http", port: 80, targetPort: 5000 }] })],
      [{ services: {}, host, failover: {} }],
      { dnsCapture: true, clusters: [cluster(1), cluster(2, { region: "eu" }), cluster(3)] },
    );
    expect(onlyImportOf(spec)).toMatchObject({
      namespace: "sample",
      ports: [{ name: "http", port: 80, targetPort: 5000, sni: `outbound_.80_._.${HELLO}` }],
      endpoints: [
        { cluster: "cluster2", network: "import-cluster2", locality: "eu" },
        { cluster: "cluster3", network: "import-cluster3" },
      ],
      workloadSelector: { app: "helloworld" },
      failover: {
        failoverPriority: [
          "topology.istio.io/network",
          "topology.kubernetes.io/region",
          "topology.kubernetes.io/zone",
        ],
      },
    });
  });

  test("has no pods of its own behind another host where the selection leaves them out", () => {
    const services = [service({ clusters: ["cluster1", "cluster2"], selector: { app: "x" } })];
    const of = (clusters: string[]) =>
      onlyImportOf(
        importing("cluster1>cluster2", services, [{ services: { clusters }, host: "a.b" }], {
          dnsCapture: true,
        }),
      )?.workloadSelector;
    expect(of(["cluster1", "cluster2"])).toEqual({ app: "x" });
    expect(of(["cluster2"])).toBeUndefined();
  });

  test("takes answers of whoever has its host by discovery as well", () => {
    const accounts = (name: string) => [`${name}-account`];
    const spec = importing(
      "cluster1>cluster2",
      [
        service({ clusters: ["cluster3"], serviceAccounts: accounts("found") }),
        service({ name: "greeter", clusters: ["cluster2"], serviceAccounts: accounts("imported") }),
      ],
      [{ services: {}, host: HELLO }],
      { links: [...importLinks("cluster1>cluster2"), ...links("cluster1>cluster3")] },
    );
    expect(onlyImportOf(spec)?.subjectAltNames).toEqual([
      "spiffe://cluster.local/ns/sample/sa/imported-account",
      "spiffe://cluster.local/ns/sample/sa/found-account",
    ]);
  });

  test("of any identity names none", () => {
    expect(onlyImportOf(oneImport({ anyIdentity: true }))?.subjectAltNames).toEqual([]);
  });

  test("knows a host name by its platform, and given addresses by themselves", () => {
    const endpointOf = (changes: Partial<MeshSpec["clusters"][number]>) =>
      onlyImportOf(oneImport({}, { clusters: [cluster(1), cluster(2, changes), cluster(3)] }))?.endpoints[0];
    expect(endpointOf({ platform: "eks" })).toMatchObject({ addressType: "hostname" });
    const addresses = ["192.0.2.1", "192.0.2.2"];
    expect(endpointOf({ platform: "eks", gatewayAddresses: addresses })).toMatchObject({
      addressType: "ip",
      addresses,
    });
    expect(endpointOf({ gatewayAddresses: ["gateway.example.com"] })).toMatchObject({
      addressType: "hostname",
    });
  });
});

describe("a cluster of another stack", () => {
  const west = (changes: object) =>
    importing("cluster1>west", [service({ clusters: ["west"] })], [{ services: {} }], {
      exporters: [{ name: "west", region: "us", trustDomain: "west.example", ...changes }],
    });

  test("is imported from like any other, under its own trust domain", () => {
    expect(onlyImportOf(west({ addresses: ["192.0.2.9"] }))).toMatchObject({
      endpoints: [
        {
          cluster: "west",
          network: "import-west",
          locality: "us",
          addressType: "ip",
          addresses: ["192.0.2.9"],
        },
      ],
      subjectAltNames: [
        "spiffe://west.example/ns/sample/sa/helloworld-v1",
        "spiffe://west.example/ns/sample/sa/helloworld-v2",
      ],
    });
  });

  test("tells its addresses later where they come from an output", () => {
    const from = { stackReference: "org/mesh/west" };
    expect(onlyImportOf(west({ from, addressType: "hostname" }))?.endpoints).toEqual([
      { cluster: "west", network: "import-west", locality: "us", addressType: "hostname" },
    ]);
  });
});

describe("a pair that migrates", () => {
  test("has its credential and its import", () => {
    const pair = { observer: "cluster1", observed: "cluster2" };
    const plan = planMesh(oneImport({}, { links: [pair, { ...pair, kind: "import", migrating: true }] }));
    expect(plan.links).toEqual([{ ...pair, crossNetwork: true, serves: false }]);
    expect(plan.imports).toHaveLength(1);
  });
});

test("nothing is imported from a cluster that leaves, whose gateway stays as it is", () => {
  const spec = oneImport({}, { clusters: [cluster(1), cluster(2, { leaving: true }), cluster(3)] });
  expect(validateMesh(spec)).toEqual([]);
  expect(planMesh(spec).imports).toEqual([]);
  expect(gatewayHostsOf(spec)).toEqual(gatewayHostsOf(oneImport()));
});

describe("a config without kinds and imports", () => {
  test("plans nothing of either", () => {
    expect(planMesh(mesh(3, { services: [service()] }))).toMatchObject({
      imports: [],
      exports: [],
      offers: [],
    });
  });

  test("plans the same as one that names the default kind", () => {
    const text = "cluster1>cluster2 cluster2>cluster1 cluster3>cluster1";
    const of = (list: MeshSpec["links"], more: Partial<MeshSpec> = {}) =>
      planMesh(mesh(3, { services: [service()], links: list, ...more }));
    const named = links(text).map((link) => ({ ...link, kind: "discovery" as const }));
    expect(of(named, { imports: [], exporters: [] })).toEqual(of(links(text)));
  });
});
