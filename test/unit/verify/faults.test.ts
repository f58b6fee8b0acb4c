import type { V1EndpointSlice, V1Namespace, V1Secret, V1Service } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { renderReport } from "../../../verify";
import { TestCa } from "../../support/ca";
import { fakeMeshTests, HELLOWORLD } from "../../support/fake-mesh-tests";
import { mesh } from "../../support/specs";
import { detailOf, failedRows, rows } from "../../support/report-rows";

const meshTests = fakeMeshTests();
const { start, verify } = meshTests;

describe("a mesh as planned", () => {
  test("passes", async () => {
    await start();
    const report = await verify();
    expect(failedRows(report)).toEqual([]);
    expect(report.ok).toBe(true);
  });
});

describe("a fault is named by pair and layer:", () => {
  test("a gateway without a ready pod", async () => {
    await start();
    meshTests.fake
      .cluster("cluster3")
      .change<V1EndpointSlice>("endpointslices", "istio-eastwestgateway-1", (slice) => {
        slice.endpoints = [];
      });
    const report = await verify();
    expect(failedRows(report)).toEqual([
      "gateway cluster3",
      "gateway cluster1 -> cluster3",
      "gateway cluster2 -> cluster3",
    ]);
    expect(detailOf(report, "gateway cluster3")).toContain("no ready endpoint");
  });

  test("a gateway whose port for services takes no connection, though its status port answers", async () => {
    await start();
    meshTests.fake.closed.add("cluster2");
    const report = await verify();
    expect(failedRows(report)).toEqual(["gateway cluster1 -> cluster2", "gateway cluster3 -> cluster2"]);
    expect(detailOf(report, "gateway cluster1 -> cluster2")).toMatch(/15443.*connection refused/);
  });

  test("another network label on a cluster's istio-system", async () => {
    await start();
    meshTests.fake.cluster("cluster2").change<V1Namespace>("namespaces", "istio-system", ({ metadata }) => {
      metadata!.labels = { "topology.istio.io/network": "elsewhere" };
    });
    const report = await verify();
    expect(failedRows(report)).toEqual(["network cluster2"]);
    expect(detailOf(report, "network cluster2")).toMatch(/elsewhere.*network2.*pulumi up --refresh/);
  });

  test("a remote secret that is gone", async () => {
    await start();
    meshTests.fake.cluster("cluster1").change("secrets", "istio-remote-secret-cluster2");
    const report = await verify();
    expect(failedRows(report)).toEqual([
      "reader-credential cluster1 -> cluster2",
      "remote-sync cluster1 -> cluster2",
    ]);
    expect(detailOf(report, "reader-credential cluster1 -> cluster2")).toMatch(
      /does not exist; run pulumi up --refresh/,
    );
  });

  test("a cluster that is gone from the one Secret of its observer", async () => {
    await start(mesh(3, { remoteSecrets: { per: "observer" }, sampleApps: { helloworld: HELLOWORLD } }));
    expect(failedRows(await verify())).toEqual([]);
    meshTests.fake.cluster("cluster1").change<V1Secret>("secrets", "istio-remote-secrets", ({ data }) => {
      delete data!["cluster2"];
    });
    const report = await verify();
    expect(failedRows(report)).toEqual([
      "reader-credential cluster1 -> cluster2",
      "remote-sync cluster1 -> cluster2",
    ]);
    expect(detailOf(report, "reader-credential cluster1 -> cluster2")).toContain(
      'Secret istio-system/istio-remote-secrets of cluster1 has no key "cluster2"',
    );
    expect(detailOf(report, "remote-sync cluster1 -> cluster2")).toContain("istio-remote-secrets is missing");
  });

  test("one of two clusters with the same version that never answers a client", async () => {
    await start();
    meshTests.fake.hidden.add("cluster1>cluster2");
    const report = await verify();
    expect(failedRows(report)).toEqual(["request cluster1 -> cluster2"]);
    expect(detailOf(report, "request cluster1 -> cluster2")).toContain("no answer from cluster2");
  });

  test("a peer's host-name gateway that is taken for another's", async () => {
    await start(mesh(3, { gateway: { addressType: "hostname" }, sampleApps: { helloworld: HELLOWORLD } }));
    for (const index of [1, 2, 3]) {
      const name = `cluster${index}`;
      meshTests.fake.dns.set(`${name}.example.org`, `198.51.100.${index}`);
      meshTests.fake.cluster(name).change<V1Service>("services", "istio-eastwestgateway", (service) => {
        service.status = { loadBalancer: { ingress: [{ hostname: `${name}.example.org` }] } };
      });
    }
    expect(failedRows(await verify())).toEqual([]);
    // Another address on the right port, which no gateway of a peer has.
    meshTests.fake.cluster("cluster1").onExec = ({ command }) =>
      command.join(" ").endsWith("GET clusters")
        ? ["10.1.0.4:5000", "198.51.100.3:15443", "198.51.100.77:15443"]
            .map(
              (each) => `outbound|5000||helloworld.sample.svc.cluster.local::${each}::health_flags::healthy`,
            )
            .join("\n")
        : undefined;
    const report = await verify();
    expect(failedRows(report)).toEqual(["endpoints cluster1", "endpoints cluster1 -> cluster2"]);
    expect(detailOf(report, "endpoints cluster1 -> cluster2")).toContain("198.51.100.2:15443");
  });

  test("a proxy's certificate that has expired", async () => {
    await start();
    const { signing, root } = meshTests.fake.cluster("cluster2").trust;
    const leaf = await signing.sign("", { isCa: false, from: -2, to: -1 });
    meshTests.fake.cluster("cluster2").trust = {
      root,
      signing,
      chain: leaf.certificate + signing.certificate,
    };
    const report = await verify();
    expect(failedRows(report)).toEqual(["signer cluster2"]);
    expect(detailOf(report, "signer cluster2")).toContain("expired");
  });

  test("a proxy's certificate that the signing CA did not sign", async () => {
    await start();
    const { signing, root } = meshTests.fake.cluster("cluster2").trust;
    const twin = await TestCa.root("cluster2");
    const leaf = await twin.sign("", { isCa: false });
    meshTests.fake.cluster("cluster2").trust = {
      root,
      signing,
      chain: leaf.certificate + signing.certificate,
    };
    const report = await verify();
    expect(failedRows(report)).toEqual(["signer cluster2"]);
    expect(detailOf(report, "signer cluster2")).toContain("chain is broken");
  });
});

describe("without sample applications", () => {
  test("gateways are tried from any proxy, what istiod knows stands for endpoints, and what was not looked at is said", async () => {
    await start(mesh(2, { gateway: { enabled: true } }));
    const report = await verify();
    expect(failedRows(report)).toEqual([]);
    expect(detailOf(report, "gateway cluster1 -> cluster2")).toContain("172.30.0.2");
    expect(detailOf(report, "endpoints cluster1 -> cluster2")).toContain("istiod");
    expect(rows(report.checks.filter(({ status }) => status === "skipped"))).toEqual([
      "request cluster1",
      "request cluster2",
    ]);
    expect(renderReport(report)).not.toContain("The mesh is as planned");
    expect(renderReport(report)).toMatch(/not everything was looked at: .*2 skipped/);
  });
});
