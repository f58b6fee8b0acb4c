import { describe, expect, test } from "vitest";
import {
  type MeshSpec,
  planMesh,
  type ServiceImportSpec,
  type ServiceSpec,
  validateMesh,
} from "../../../components";
import { cluster, importing, importLinks, links, mesh, service } from "../../support/specs";

const HELLO = "helloworld.sample.svc.cluster.local";
const importsOf = (spec: MeshSpec, name = "cluster1") =>
  planMesh(spec).imports.filter((plan) => plan.cluster === name);
const only = (spec: MeshSpec) => {
  const [first, ...others] = importsOf(spec);
  expect(others).toEqual([]);
  return first;
};
const hostsOf = (spec: MeshSpec) =>
  Object.fromEntries(planMesh(spec).clusters.map(({ name, gateway }) => [name, gateway?.hosts]));

/** cluster1 imports from cluster2, with changes of the import, the services and the mesh. */
const one = (changes: Partial<ServiceImportSpec> = {}, of: Partial<MeshSpec> = {}) =>
  importing("cluster1>cluster2", [service()], [{ services: {}, ...changes }], of);

describe("an import", () => {
  test("of a service's own host is planned with every default", () => {
    expect(planMesh(one())).toMatchObject({
      links: [],
      clusters: [{ gateway: undefined }, { gateway: { hosts: [HELLO], exposesServices: true } }, {}],
    });
    expect(planMesh(one()).imports).toEqual([
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
    const { clusters, links: credentials } = planMesh(one());
    expect(credentials).toEqual([]);
    expect(clusters.map(({ reader }) => reader)).toEqual([undefined, undefined, undefined]);
  });

  test("under another host and port names the exporter's own to its gateway", () => {
    const spec = one(
      { host: "hello.shop.mesh.internal", ports: [{ name: "http", port: 80 }], namespaces: ["frontend"] },
      { dnsCapture: true },
    );
    expect(only(spec)).toMatchObject({
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
    expect(only(spec)).toMatchObject({
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
      only(
        importing("cluster1>cluster2", services, [{ services: { clusters }, host: "a.b" }], {
          dnsCapture: true,
        }),
      )?.workloadSelector;
    expect(of(["cluster1", "cluster2"])).toEqual({ app: "x" });
    expect(of(["cluster2"])).toBeUndefined();
  });

  test("of any identity names none", () => {
    expect(only(one({ anyIdentity: true }))?.subjectAltNames).toEqual([]);
  });

  test("knows a host name by its platform, and given addresses by themselves", () => {
    const endpointOf = (changes: Partial<MeshSpec["clusters"][number]>) =>
      only(one({}, { clusters: [cluster(1), cluster(2, changes), cluster(3)] }))?.endpoints[0];
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
    expect(only(west({ addresses: ["192.0.2.9"] }))).toMatchObject({
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
    expect(only(west({ from, addressType: "hostname" }))?.endpoints).toEqual([
      { cluster: "west", network: "import-west", locality: "us", addressType: "hostname" },
    ]);
  });
});

describe("the gateway of a cluster", () => {
  test("that is imported from is there on one network too", () => {
    const clusters = [1, 2, 3].map((index) => cluster(index, { network: "network1" }));
    expect(hostsOf(one({}, { clusters }))).toEqual({ cluster2: [HELLO] });
  });

  test("leads to what is imported alone, and to all where it is discovered as well", () => {
    const services = [service(), service({ name: "db", namespace: "shop" })];
    const imports = [{ services: { name: "helloworld" } }];
    const sampleApps = { namespace: "apps", helloworld: {} };
    const DB = "db.shop.svc.cluster.local";
    const both = [...importLinks("cluster1>cluster2"), ...links("cluster3>cluster2")];
    expect(hostsOf(importing("cluster1>cluster2", services, imports, { sampleApps }))["cluster2"]).toEqual([
      HELLO,
    ]);
    expect(hostsOf(mesh(3, { links: both, services, imports }))["cluster2"]).toEqual([HELLO, DB]);
  });

  test("leads nowhere while nothing is imported from it", () => {
    expect(hostsOf(mesh(2, { links: importLinks("cluster1>cluster2") }))["cluster2"]).toEqual([]);
  });

  test("leads to what other stacks import, and nowhere else", () => {
    const services = [service({ exported: true }), service({ name: "db" })];
    expect(hostsOf(mesh(3, { links: [], services }))).toEqual({ cluster2: [HELLO] });
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
    expect(only(differing())).toMatchObject({ ports: [{ name: "http", port: 80 }] });
    expect(only(differing())?.ports[0]).not.toHaveProperty("sni");
    expect(planMesh(differing({ selector: { app: "greeter" } })).exports).toEqual([
      {
        cluster: "cluster2",
        hosts: [host],
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
        hosts: [host],
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

describe("stubs for imports", () => {
  const stubsOf = (spec: MeshSpec) => planMesh(spec).serviceStubs;
  const stub = { name: "helloworld", namespace: "sample", ports: [{ name: "http", port: 5000 }] };

  test("are the ones that links of discovery have", () => {
    const discovery = mesh(3, { services: [service()], links: links("cluster1>cluster2") });
    expect(stubsOf(one())).toEqual([{ cluster: "cluster1", namespaces: [], services: [stub] }]);
    expect(stubsOf(one())).toEqual(stubsOf(discovery));
    const migrating = [
      ...links("cluster1>cluster2"),
      { observer: "cluster1", observed: "cluster2", kind: "import" as const, migrating: true },
    ];
    expect(stubsOf(one({}, { links: migrating }))).toEqual(stubsOf(discovery));
  });

  test("are in the importer's remotes as well", () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })];
    expect(stubsOf(one({}, { clusters })).map(({ cluster: name }) => name)).toEqual(["cluster1", "cluster3"]);
  });

  test("are made for a host that only looks like a Service's", () => {
    const host = "hello.frontend.svc.cluster.local";
    expect(stubsOf(one({ host }))).toMatchObject([
      { cluster: "cluster1", services: [{ name: "hello", namespace: "frontend" }] },
    ]);
    expect(only(one({ host }))).toMatchObject({ namespace: "frontend", stub: true });
  });

  test("leave the namespace where proxies answer for DNS, if namespaces are asked for", () => {
    const capture = { dnsCapture: true, stubNamespaces: true };
    expect(stubsOf(one({}, capture))).toEqual([
      { cluster: "cluster1", namespaces: ["sample"], services: [] },
    ]);
    expect(stubsOf(one({}, { dnsCapture: true }))).toEqual([]);
    expect(stubsOf(one({ host: "a.b" }, capture))).toEqual([]);
  });
});

describe("a pair that migrates", () => {
  test("has its credential and its import", () => {
    const pair = { observer: "cluster1", observed: "cluster2" };
    const plan = planMesh(one({}, { links: [pair, { ...pair, kind: "import", migrating: true }] }));
    expect(plan.links).toEqual([{ ...pair, crossNetwork: true, serves: false }]);
    expect(plan.imports).toHaveLength(1);
  });
});

test("nothing is imported from a cluster that leaves, whose gateway stays as it is", () => {
  const spec = one({}, { clusters: [cluster(1), cluster(2, { leaving: true }), cluster(3)] });
  expect(validateMesh(spec)).toEqual([]);
  expect(planMesh(spec).imports).toEqual([]);
  expect(hostsOf(spec)).toEqual(hostsOf(one()));
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
