import { afterEach, describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../components/spec/types";
import { IMPORTING, ImportingMesh, rows, SHOP, WEB } from "../../support/importing-mesh";
import { cluster, importing, importLinks, links, mesh, service } from "../../support/specs";

let world: ImportingMesh;
afterEach(() => world.stop());

describe("imports as planned", () => {
  test("pass, each row with what it saw, and nothing asks for a credential", async () => {
    world = await ImportingMesh.start();
    const report = await world.verify();
    expect(rows(report)).toEqual({});
    const passed = rows(report, "ok");
    expect(passed).toMatchObject({
      "export cluster2": "leads to 2 server names, with a healthy endpoint behind what is imported",
      "export cluster3": "leads to 1 server names, with a healthy endpoint behind what is imported",
      "import cluster1": "2 hosts, with server names and identities as planned",
      "import cluster1 -> cluster2": "172.30.0.2:15443 behind 2 hosts",
      "import cluster1 -> cluster3": "172.30.0.3:15443 behind 1 hosts",
      "gateway cluster1 -> cluster2": expect.stringContaining("172.30.0.2 takes connections"),
      "request cluster1": expect.stringContaining("answered by v1"),
      "request cluster1 -> cluster2": expect.stringContaining("answers"),
      [`request cluster1 -> ${SHOP}`]: `5 answers of http://${SHOP}:80/: HTTP 404`,
      "remote-sync cluster1": "observes no other cluster",
      "remote-sync cluster2": "observes no other cluster",
    });
    expect(report.checks.filter(({ check }) => check === "reader-credential")).toEqual([]);
    // cluster1 has no gateway, so that nothing can go to and fro.
    expect(report.checks.filter(({ check }) => check === "transit")).toEqual([]);
  });

  test("cost a page or two of one proxy per cluster, however many hosts there are", async () => {
    world = await ImportingMesh.start();
    await world.verify();
    const pages = (name: string) =>
      world.fake
        .cluster(name)
        .server.calls.flatMap(({ resource, query }) =>
          resource === "pods/exec" ? [query.getAll("command").join(" ")] : [],
        )
        .filter((command) => /dynamic_(active_clusters|listeners)|GET clusters/.test(command));
    expect(pages("cluster2").filter((page) => page.includes("dynamic_listeners"))).toHaveLength(1);
    expect(pages("cluster1").filter((page) => page.includes("dynamic_active_clusters"))).toHaveLength(1);
    // Once for the rows of the state, twice around the requests.
    expect(pages("cluster1").filter((page) => page.endsWith("GET clusters"))).toHaveLength(3);
  });

  test("leave meshes without them the rows that they had", async () => {
    world = await ImportingMesh.start(
      mesh(2, { sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] } } }),
    );
    const kinds = new Set((await world.verify()).checks.map(({ check }) => check));
    expect(["export", "import", "transit"].filter((check) => kinds.has(check as never))).toEqual([]);
  });
});

describe("a stranger", () => {
  test("is one that nobody links by discovery, though its services are imported", async () => {
    world = await ImportingMesh.start();
    world.fake
      .cluster("cluster1")
      .addCredential("istio-remote-secret-cluster2", world.fake.cluster("cluster2"));
    const found = await world.failedRows();
    expect(Object.keys(found)).toEqual(["remote-sync cluster1"]);
    expect(found["remote-sync cluster1"]).toContain(
      "cluster2 (Secret istio-system/istio-remote-secret-cluster2)",
    );
  });
});

describe("a client's proxy", () => {
  test("that asks by another server name", async () => {
    world = await ImportingMesh.start();
    world.change("cluster1", "dynamic_active_clusters", "client", (page) =>
      page.replace("outbound_.8080_._.web.shop", "outbound_.80_._.web.shop"),
    );
    const found = await world.failedRows();
    expect(Object.keys(found)).toEqual(["import cluster1"]);
    expect(found["import cluster1"]).toMatch(
      /asks for web\.shop\.mesh\.internal:80 by server name outbound_\.80_.*instead of outbound_\.8080_.*DestinationRule in namespace istio-system of cluster1/,
    );
  });

  test("that takes answers of others than planned, or of anybody", async () => {
    world = await ImportingMesh.start();
    const accepts = (edit: (page: string) => string) =>
      world.change("cluster1", "dynamic_active_clusters", "client", edit);
    accepts((page) => page.replace("sa/helloworld-v2", "sa/intruder"));
    expect((await world.failedRows())["import cluster1"]).toMatch(
      /takes answers for helloworld.*intruder instead of/,
    );
    accepts((page) => page.replace(/"match_subject_alt_names":\[[^\]]*\]/, '"match_subject_alt_names":[]'));
    expect((await world.failedRows())["import cluster1"]).toContain("of anybody instead of");
  });

  test("that takes answers of its own cluster's accounts only, where anybody may answer", async () => {
    world = await ImportingMesh.start({
      ...IMPORTING,
      imports: [{ services: { name: "helloworld" }, anyIdentity: true }],
    });
    expect(await world.failedRows()).toEqual({});
    world.change("cluster1", "dynamic_active_clusters", "client", (page) =>
      page.replace('"match_subject_alt_names":[]', '"match_subject_alt_names":[{"exact":"spiffe://local"}]'),
    );
    expect((await world.failedRows())["import cluster1"]).toMatch(
      /spiffe:\/\/local instead of anybody: list serviceAccounts/,
    );
  });

  test("in a remote has what the primary imports", async () => {
    const remote = cluster(4, { network: "network1", controlPlanes: ["cluster1"] });
    world = await ImportingMesh.start({ ...IMPORTING, clusters: [...IMPORTING.clusters, remote] });
    expect(rows(await world.verify(), "ok")).toMatchObject({
      "import cluster4": expect.stringContaining("as planned"),
      "import cluster4 -> cluster2": "172.30.0.2:15443 behind 2 hosts",
      "gateway cluster4 -> cluster2": expect.stringContaining("takes connections"),
      [`request cluster4 -> ${SHOP}`]: expect.stringContaining("5 answers"),
    });
  });

  test("that does not know a host", async () => {
    world = await ImportingMesh.start();
    world.change("cluster1", "dynamic_active_clusters", "client", (page) =>
      page.replaceAll(`||${SHOP}`, "||other"),
    );
    expect((await world.failedRows())["import cluster1"]).toContain(`does not know ${SHOP}:80`);
  });

  test("that has another address for a gateway, as after a change of it, is told of with the exporter", async () => {
    world = await ImportingMesh.start();
    world.change("cluster1", "GET clusters", "client", (page) =>
      page.replaceAll("172.30.0.3:15443", "172.30.9.9:15443"),
    );
    const found = await world.failedRows();
    expect(Object.keys(found)).toEqual(["import cluster1", "import cluster1 -> cluster3"]);
    expect(found["import cluster1"]).toContain(`knows ${SHOP} at 172.30.9.9:15443 as well`);
    expect(found["import cluster1 -> cluster3"]).toMatch(
      /gateway of cluster3 \(172\.30\.0\.3\).*172\.30\.9\.9.*refresh/,
    );
  });

  test("that leaves out a gateway", async () => {
    world = await ImportingMesh.start();
    world.change("cluster1", "GET clusters", "client", (page) =>
      page.replaceAll(
        "172.30.0.3:15443::health_flags::healthy",
        "172.30.0.3:15443::health_flags::/failed_outlier_check",
      ),
    );
    const found = await world.failedRows();
    expect(Object.keys(found)).toEqual(["import cluster1 -> cluster3"]);
    expect(found["import cluster1 -> cluster3"]).toContain("/failed_outlier_check");
  });

  test("knows gateways with host names by these, under a host of their own where the other has a stub", async () => {
    const named = (index: number) => cluster(index, { gateway: { addressType: "hostname" } });
    world = await ImportingMesh.start({
      ...importing("cluster1>cluster2", [service()], [{ services: {} }]),
      clusters: [cluster(1), named(2), cluster(3)],
      sampleApps: { helloworld: { cluster2: ["v1"] } },
    });
    world.fake.dns.set("lb.example.org", "198.51.100.2");
    world.fake.cluster("cluster2").change("services", "istio-eastwestgateway", (gateway) => {
      Object.assign(gateway, { status: { loadBalancer: { ingress: [{ hostname: "lb.example.org" }] } } });
    });
    expect(rows(await world.verify(), "ok")).toMatchObject({
      "import cluster1": expect.stringContaining("as planned"),
      "import cluster1 -> cluster2": "198.51.100.2:15443 behind 1 hosts",
    });
    world.change("cluster1", "GET clusters", "client", (page) =>
      page.replaceAll("lb.example.org", "old.example.org"),
    );
    expect(Object.keys(await world.failedRows())).toEqual(["import cluster1", "import cluster1 -> cluster2"]);
  });

  test("of any application is asked where there is no curl client, and without one that is said", async () => {
    const { sampleApps: _, ...spec } = IMPORTING;
    world = await ImportingMesh.start(spec);
    expect(rows(await world.verify(), "skipped")["import cluster1 -> cluster2"]).toContain(
      "no proxy of an application runs in cluster1",
    );
    world.fake.cluster("cluster1").addPod("shop", "cart", ["cart", "istio-proxy"]);
    expect(rows(await world.verify(), "ok")["import cluster1 -> cluster2"]).toContain("172.30.0.2:15443");
  });
});

describe("an exporter of another stack", () => {
  test("is known by the address that the config gives, else by being a gateway at all", async () => {
    const foreign = (exporter: object): MeshSpec => ({
      ...IMPORTING,
      links: importLinks("cluster1>west"),
      services: [{ ...WEB, clusters: ["west"] }],
      imports: [{ services: { name: "web" }, host: SHOP }],
      exporters: [{ name: "west", ...exporter }],
    });
    world = await ImportingMesh.start(foreign({ addresses: ["192.0.2.9"] }));
    expect(rows(await world.verify(), "ok")["import cluster1 -> west"]).toBe(
      "192.0.2.9:15443 behind 1 hosts",
    );
    world.change("cluster1", "GET clusters", "client", (page) => page.replaceAll("192.0.2.9", "192.0.2.8"));
    expect(Object.keys(await world.failedRows())).toEqual(["import cluster1", "import cluster1 -> west"]);
    await world.stop();
    world = await ImportingMesh.start(foreign({ from: { stackReference: "org/mesh/west" } }));
    expect(rows(await world.verify(), "ok")["import cluster1 -> west"]).toContain("was not compared");
  });
});

describe("a mesh with discovery and imports", () => {
  test("has every row of both, and what discovery leads to is no stray", async () => {
    world = await ImportingMesh.start({
      ...mesh(3, { sampleApps: { helloworld: { cluster2: ["v1"], cluster3: ["v2"] } } }),
      links: [...importLinks("cluster1>cluster2"), ...links("cluster1>cluster3 cluster3>cluster2")],
      services: [service({ clusters: ["cluster2", "cluster3"] })],
      imports: [{ services: {} }],
    });
    const report = await world.verify();
    expect(rows(report)).toEqual({});
    expect(rows(report, "ok")).toMatchObject({
      "endpoints cluster1 -> cluster3": expect.any(String),
      "import cluster1 -> cluster2": expect.any(String),
      "request cluster1 -> cluster2": expect.any(String),
      "request cluster1 -> cluster3": expect.any(String),
    });
  });
});
