import { describe, expect, test } from "vitest";
import type { MeshSpec } from "../../../components";
import { allBefore, find, listOf, outsideProvider } from "../../support/components";
import { deploy } from "../../support/deploy";
import { cluster, importing, importLinks, links, service } from "../../support/specs";
import { valueOf } from "../../support/outputs";

const HELLO = "helloworld.sample.svc.cluster.local";
const pair = { observer: "cluster1", observed: "cluster2" };
const one = (of: Partial<MeshSpec> = {}) =>
  importing("cluster1>cluster2", [service()], [{ services: {} }], of);
const named = (list: readonly string[], part: string) => list.filter((text) => text.includes(part));

describe("a mesh with import links alone", () => {
  test("holds no credential and makes no reader", async () => {
    const { registrations, result } = await deploy(one());
    const made = listOf(registrations);
    for (const part of ["RemoteSecretLink", "observes", "reader-token", "multicluster-reader"]) {
      expect(named(made, part)).toEqual([]);
    }
    expect(result).toMatchObject({ links: [], credentials: 0 });
  });

  test("imports through the exporter's gateway, whose address is known once it is there", async () => {
    const { registrations } = await deploy(one());
    const name = `cluster1.imports.${HELLO}`;
    expect(named(listOf(registrations), name)).toEqual([
      `istio-multicluster:index:ServiceImport ${name}`,
      `kubernetes:networking.istio.io/v1:DestinationRule ${name}:sample/import-${HELLO}`,
      `kubernetes:networking.istio.io/v1:ServiceEntry ${name}:sample/import-${HELLO}`,
    ]);
    const entry = find(registrations, `${name}:sample/import-${HELLO}`, "ServiceEntry");
    expect(entry.provider).toBe("cluster1");
    expect(entry.inputs).toMatchObject({
      spec: { hosts: [HELLO], endpoints: [{ address: "192.0.2.1", network: "import-cluster2" }] },
    });
    expect(find(registrations, `${name}:sample/import-${HELLO}`, "DestinationRule").inputs).toMatchObject({
      spec: {
        trafficPolicy: {
          portLevelSettings: [
            { tls: { subjectAltNames: expect.arrayContaining([expect.stringContaining("spiffe://")]) } },
          ],
        },
      },
    });
  });

  test("lets the exporter's gateway lead to what is imported, and others have none", async () => {
    const { registrations } = await deploy(one());
    const gateways = registrations.filter(({ type }) => type.endsWith("networking.istio.io/v1:Gateway"));
    expect(gateways.map(({ name }) => name)).toEqual(["cluster2-gateway:istio-system/cross-network-gateway"]);
    expect(gateways[0]?.inputs).toMatchObject({ spec: { servers: [{ hosts: [HELLO] }] } });
  });

  test("waits for what may make the namespace of an import", async () => {
    const { registrations } = await deploy(
      one({ sampleApps: { helloworld: { cluster2: ["v1"] } }, stubNamespaces: true }),
    );
    const entry = find(registrations, `cluster1.imports.${HELLO}`);
    expect(entry.dependsOn).toEqual(expect.arrayContaining(["Namespace cluster1-sample-apps:sample"]));
  });

  test("gives remotes their primary's imports, and no second ones", async () => {
    const clusters = [cluster(1), cluster(2), cluster(3, { controlPlanes: ["cluster1"] })];
    const { registrations } = await deploy(one({ clusters }));
    expect(named(listOf(registrations), "ServiceImport")).toHaveLength(1);
    expect(outsideProvider(registrations, "none").length).toBeGreaterThan(0);
  });
});

test("a pair that migrates keeps its stub, its link and its gateway, and gets an import", async () => {
  const urns = async (list: MeshSpec["links"]) => {
    const spec = one({ links: list, imports: list?.some(({ kind }) => kind) ? [{ services: {} }] : [] });
    return new Set(listOf((await deploy(spec)).registrations));
  };
  const [before, during, after] = [
    await urns(links("cluster1>cluster2")),
    await urns([pair, { ...pair, kind: "import", migrating: true }]),
    await urns(importLinks("cluster1>cluster2")),
  ];
  expect([...before].filter((urn) => !during.has(urn))).toEqual([]);
  const added = [...during].filter((urn) => !before.has(urn));
  expect(added.every((urn) => urn.includes("cluster1.imports."))).toBe(true);
  expect([...after].filter((urn) => !during.has(urn))).toEqual([]);
  const removed = [...during].filter((urn) => !after.has(urn));
  expect(removed.length).toBeGreaterThan(0);
  expect(removed.filter((urn) => !/observes|reader/.test(urn))).toEqual([]);
});

test("exporters that differ have an alias, each in its own cluster", async () => {
  const services = [service(), service({ name: "greeter", clusters: ["cluster3"] })];
  const imports = [{ services: {}, host: "hello.mesh.internal", failover: {} }];
  const { registrations } = await deploy(
    importing("cluster1>cluster2 cluster1>cluster3", services, imports, { dnsCapture: true }),
  );
  expect(named(listOf(registrations), "ServiceExport")).toEqual([
    "istio-multicluster:index:ServiceExport cluster2-exports",
    "istio-multicluster:index:ServiceExport cluster3-exports",
  ]);
  expect(
    find(registrations, "cluster3-exports:sample/export-hello.mesh.internal", "ServiceEntry").inputs,
  ).toMatchObject({ spec: { endpoints: [{ address: "greeter.sample.svc.cluster.local" }] } });
});

test("a host is imported once the gateways behind it lead there, under every name", async () => {
  const services = [service(), service({ name: "greeter", clusters: ["cluster4"] })];
  const imports = [{ services: {}, host: "hello.mesh.internal" }];
  const clusters = [cluster(1), cluster(2), cluster(3), cluster(4, { controlPlanes: ["cluster3"] })];
  const { registrations } = await deploy(
    importing("cluster1>cluster2 cluster1>cluster4", services, imports, { dnsCapture: true, clusters }),
  );
  const before = allBefore(registrations, "cluster1.imports.hello.mesh.internal");
  expect([...before]).toEqual(
    expect.arrayContaining([
      "ServiceEntry cluster2-exports:sample/export-hello.mesh.internal",
      "ServiceEntry cluster3-exports:sample/export-hello.mesh.internal",
      // It configures the gateway of its remote as well.
      "Gateway cluster3-gateway:istio-system/cross-network-gateway",
    ]),
  );
});

test("what other stacks may import is told with the address to import it from, and nothing else is", async () => {
  const spec = one({
    links: [],
    imports: [],
    services: [service({ exported: true, labels: { team: "shop" } })],
  });
  const { result } = await deploy({ ...spec, clusters: [cluster(1), cluster(2, { region: "eu" })] });
  const [exported] = Object.values(result.exports ?? {});
  expect(exported && (await valueOf(exported.address))).toBe("192.0.2.1");
  expect(result.exports).toEqual({
    cluster2: {
      address: expect.anything(),
      addressType: "ip",
      region: "eu",
      trustDomain: "cluster.local",
      services: [
        {
          name: "helloworld",
          namespace: "sample",
          ports: [{ name: "http", port: 5000 }],
          labels: { team: "shop" },
          serviceAccounts: ["helloworld-v1", "helloworld-v2"],
        },
      ],
    },
  });
  // One that is there and undefined would be warned of at each run.
  expect((await deploy(one())).result).not.toHaveProperty("exports");
});
