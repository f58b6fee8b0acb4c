import { describe, expect, test } from "vitest";
import { type MeshSpec, planMesh } from "../../../components";
import { IMPORT_PAIR, oneImport, onlyImportOf } from "../../support/import-specs";
import { cluster, importing, links, mesh, service } from "../../support/specs";

describe("stubs for imports", () => {
  const stubsOf = (spec: MeshSpec) => planMesh(spec).serviceStubs;
  const stub = { name: "helloworld", namespace: "sample", ports: [{ name: "http", port: 5000 }] };

  test("are the ones that links of discovery have", () => {
    const discovery = mesh(3, { services: [service()], links: links("cluster1>cluster2") });
    expect(stubsOf(oneImport())).toEqual([{ cluster: "cluster1", namespaces: [], services: [stub] }]);
    expect(stubsOf(oneImport())).toEqual(stubsOf(discovery));
    const migrating = [
      ...links("cluster1>cluster2"),
      { observer: "cluster1", observed: "cluster2", kind: "import" as const, migrating: true },
    ];
    expect(stubsOf(oneImport({}, { links: migrating }))).toEqual(stubsOf(discovery));
  });

  test("are in the importer's remotes as well", () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })];
    expect(stubsOf(oneImport({}, { clusters })).map(({ cluster: name }) => name)).toEqual([
      "cluster1",
      "cluster3",
    ]);
  });

  test("are made for a host that only looks like a Service's", () => {
    const host = "hello.frontend.svc.cluster.local";
    expect(stubsOf(oneImport({ host }))).toMatchObject([
      { cluster: "cluster1", services: [{ name: "hello", namespace: "frontend" }] },
    ]);
    expect(onlyImportOf(oneImport({ host }))).toMatchObject({ namespace: "frontend", stub: true });
  });

  test("are not the only Services without pods: the sample applications have one of helloworld", () => {
    const stubOf = (sampleApps: MeshSpec["sampleApps"]) =>
      onlyImportOf(oneImport({}, { dnsCapture: true, sampleApps }))?.stub;
    expect(stubOf(undefined)).toBe(false);
    expect(stubOf({ helloworld: { cluster2: ["v1"] } })).toBe(true);
    expect(stubOf({ helloworld: { cluster2: ["v1"] }, namespace: "apps" })).toBe(false);
    expect(stubOf({ helloworld: { cluster2: ["v1"] }, clients: ["cluster3"] })).toBe(false);
    const seen = { links: [IMPORT_PAIR, ...links("cluster1>cluster3")], dnsCapture: true };
    const sampleApps = { helloworld: { cluster2: ["v1"] }, clients: ["cluster3"] };
    expect(onlyImportOf(oneImport({}, { ...seen, sampleApps }))?.stub).toBe(true);
  });

  test("leave the namespace where proxies answer for DNS, if namespaces are asked for", () => {
    const capture = { dnsCapture: true, stubNamespaces: true };
    expect(stubsOf(oneImport({}, capture))).toEqual([
      { cluster: "cluster1", namespaces: ["sample"], services: [] },
    ]);
    expect(stubsOf(oneImport({}, { dnsCapture: true }))).toEqual([]);
    expect(stubsOf(oneImport({ host: "a.b" }, capture))).toEqual([]);
  });

  test("leave a primary the namespace of an alias for what runs in its remotes alone", () => {
    const clusters = [cluster(1), cluster(2), cluster(3), cluster(4, { controlPlanes: ["cluster3"] })];
    const greeter = service({ name: "greeter", namespace: "shop", clusters: ["cluster4"] });
    const spec = importing(
      "cluster1>cluster2 cluster1>cluster4",
      [service(), greeter],
      [{ services: {}, host: "a.b" }],
      { dnsCapture: true, stubNamespaces: true, clusters },
    );
    expect(stubsOf(spec)).toEqual([{ cluster: "cluster3", namespaces: ["shop"], services: [] }]);
  });
});
