import { afterEach, describe, expect, test } from "vitest";
import { HELLO, IMPORTING, ImportingMesh, rows, SHOP, WEB } from "../../support/importing-mesh";
import { cluster, importing, service } from "../../support/specs";

let world: ImportingMesh;
afterEach(() => world.stop());

describe("an exporter's gateway", () => {
  const listeners = (edit: (page: string) => string) =>
    world.change("cluster2", "dynamic_listeners", "gateway", edit);

  test("that leads to what nobody exports is told of, by server name", async () => {
    world = await ImportingMesh.start();
    listeners((page) =>
      page.replace('"server_names":[', '"server_names":["outbound_.5432_._.db.shop.svc.cluster.local",'),
    );
    const found = await world.failedRows();
    expect(Object.keys(found)).toEqual(["export cluster2"]);
    expect(found["export cluster2"]).toMatch(
      /cluster2 leads to outbound_\.5432_\._\.db.*take it out of the Gateways/,
    );
  });

  test("that lacks a host, or a port of one that others call", async () => {
    world = await ImportingMesh.start();
    listeners((page) => page.replace("outbound_.5000_._.helloworld", "outbound_.5001_._.helloworld"));
    expect((await world.failedRows())["export cluster2"]).toMatch(
      /does not lead to outbound_\.5000_\._\.helloworld.*refresh/,
    );
    listeners(() => "{}");
    expect((await world.failedRows())["export cluster2"]).toContain(`does not lead to ${HELLO}`);
  });

  test("with nobody healthy behind a host", async () => {
    world = await ImportingMesh.start();
    const sni = `outbound_.5000_._.${HELLO}`;
    world.change("cluster2", "GET clusters", "gateway", (page) =>
      page.replaceAll("healthy", "/failed_outlier_check"),
    );
    const sick = await world.failedRows();
    expect(Object.keys(sick)).toEqual(["export cluster2"]);
    expect(sick["export cluster2"]).toMatch(/no healthy endpoint behind outbound.*\/failed_outlier_check/);
    world.change("cluster2", "GET clusters", "gateway", (page) =>
      page
        .split("\n")
        .filter((line) => !line.startsWith(sni))
        .join("\n"),
    );
    expect((await world.failedRows())["export cluster2"]).toContain(`${sni} (none at all)`);
  });

  test("that others made is named as not looked at", async () => {
    const adopted = cluster(2, { adopt: ["istiod"], gatewayAddresses: ["172.30.0.2"] });
    world = await ImportingMesh.start({ ...IMPORTING, clusters: [cluster(1), adopted, cluster(3)] });
    const report = await world.verify();
    expect(rows(report, "skipped")["export cluster2"]).toContain("is not made here");
    expect(rows(report, "ok")["import cluster1 -> cluster2"]).toContain("172.30.0.2:15443");
  });
});

describe("two clusters that import a host from each other", () => {
  const BOTH = importing(
    "cluster1>cluster2 cluster2>cluster1",
    [service({ clusters: ["cluster1", "cluster2"] })],
    [{ services: {} }],
    { sampleApps: { helloworld: { cluster1: ["v1"], cluster2: ["v2"] } } },
  );

  test("pass as planned, by answers of both", async () => {
    world = await ImportingMesh.start(BOTH);
    const report = await world.verify();
    expect(rows(report)).toEqual({});
    expect(rows(report, "ok")).toMatchObject({
      "transit cluster1": expect.stringContaining("none of 1 imported hosts"),
      "transit cluster2": expect.stringContaining("none of 1 imported hosts"),
      "request cluster1": expect.stringContaining("answered by v1, v2"),
    });
  });

  test("fail where a gateway has the other one as an endpoint", async () => {
    world = await ImportingMesh.start(BOTH);
    world.change("cluster1", "GET clusters", "gateway", (page) =>
      [page, `outbound_.5000_._.${HELLO}::172.30.0.2:15443::health_flags::healthy`].join("\n"),
    );
    const found = await world.failedRows();
    expect(Object.keys(found)).toEqual(["transit cluster1"]);
    expect(found["transit cluster1"]).toMatch(
      /gateway of cluster1.*helloworld.*172\.30\.0\.2:15443.*network of their own/,
    );
  });
});

describe("requests of what is imported", () => {
  test("fail by a proxy's answer in place of the service's, or none", async () => {
    world = await ImportingMesh.start();
    const answers = (said: string) =>
      world.change("cluster1", "http_code", "client", () => `http://${SHOP}:80/ ${said}\n`);
    answers("503");
    const found = await world.failedRows();
    expect(Object.keys(found)).toEqual([`request cluster1 -> ${SHOP}`]);
    expect(found[`request cluster1 -> ${SHOP}`]).toMatch(
      /cluster1 got no answer of http:\/\/web.*HTTP 503.*import rows/,
    );
    answers("curl: (28) timed out 000");
    expect((await world.failedRows())[`request cluster1 -> ${SHOP}`]).toContain("timed out");
  });

  test("are not made from where a host is not seen, nor of ports that do not speak HTTP", async () => {
    world = await ImportingMesh.start({
      ...IMPORTING,
      services: [WEB, { ...WEB, name: "db", ports: [{ name: "tcp", port: 5432 }] }],
      imports: [
        { services: { name: "web" }, host: SHOP, namespaces: ["frontend"] },
        { services: { name: "db" }, host: "db.shop.mesh.internal" },
      ],
    });
    const skipped = rows(await world.verify(), "skipped");
    expect(skipped[`request cluster1 -> ${SHOP}`]).toContain("is for frontend");
    expect(skipped["request cluster1 -> db.shop.mesh.internal"]).toContain("by its name (tcp)");
  });
});
