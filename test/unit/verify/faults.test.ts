import type {
  V1ConfigMap,
  V1EndpointSlice,
  V1Namespace,
  V1Pod,
  V1Secret,
  V1Service,
} from "@kubernetes/client-node";
import { afterEach, describe, expect, test } from "vitest";
import { planMesh } from "../../../components/spec/mesh/plan";
import type { MeshPlan, MeshSpec } from "../../../components/spec/types";
import { renderReport, verifyMesh, type VerifyOptions, type VerifyReport } from "../../../verify";
import { TestCa } from "../../support/ca";
import { FakeMesh } from "../../support/fake-mesh";
import { cluster, mesh } from "../../support/specs";

const HELLOWORLD = { cluster1: ["v1"], cluster2: ["v1"], cluster3: ["v2"] };

let fake: FakeMesh;
afterEach(() => fake.stop());

function start(spec: MeshSpec = mesh(3, { sampleApps: { helloworld: HELLOWORLD } })): Promise<FakeMesh> {
  return FakeMesh.start(planMesh(spec)).then((started) => (fake = started));
}

function verify(options: VerifyOptions = {}, plan: MeshPlan = fake.plan): Promise<VerifyReport> {
  return verifyMesh(plan, fake.access, options);
}

/** The rows that failed, as `check cluster -> peer`. */
function failedRows({ checks }: VerifyReport): string[] {
  return rows(checks.filter(({ status }) => status === "failed"));
}

function rows(checks: VerifyReport["checks"]): string[] {
  return checks.map(
    ({ check, cluster: from, peer }) => `${check} ${from}${peer === undefined ? "" : ` -> ${peer}`}`,
  );
}

function detailOf(report: VerifyReport, row: string): string {
  const index = rows(report.checks).indexOf(row);
  return report.checks[index]?.detail ?? `no row ${row}`;
}

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
    fake.cluster("cluster3").change<V1EndpointSlice>("endpointslices", "istio-eastwestgateway-1", (slice) => {
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
    fake.closed.add("cluster2");
    const report = await verify();
    expect(failedRows(report)).toEqual(["gateway cluster1 -> cluster2", "gateway cluster3 -> cluster2"]);
    expect(detailOf(report, "gateway cluster1 -> cluster2")).toMatch(/15443.*connection refused/);
  });

  test("another network label on a cluster's istio-system", async () => {
    await start();
    fake.cluster("cluster2").change<V1Namespace>("namespaces", "istio-system", ({ metadata }) => {
      metadata!.labels = { "topology.istio.io/network": "elsewhere" };
    });
    const report = await verify();
    expect(failedRows(report)).toEqual(["network cluster2"]);
    expect(detailOf(report, "network cluster2")).toMatch(/elsewhere.*network2.*pulumi up --refresh/);
  });

  test("a remote secret that is gone", async () => {
    await start();
    fake.cluster("cluster1").change("secrets", "istio-remote-secret-cluster2");
    const report = await verify();
    expect(failedRows(report)).toEqual([
      "reader-credential cluster1 -> cluster2",
      "remote-sync cluster1 -> cluster2",
    ]);
    expect(detailOf(report, "reader-credential cluster1 -> cluster2")).toMatch(
      /does not exist; run pulumi up --refresh/,
    );
  });

  test("one of two clusters with the same version that never answers a client", async () => {
    await start();
    fake.hidden.add("cluster1>cluster2");
    const report = await verify();
    expect(failedRows(report)).toEqual(["request cluster1 -> cluster2"]);
    expect(detailOf(report, "request cluster1 -> cluster2")).toContain("no answer from cluster2");
  });

  test("a peer's host-name gateway that is taken for another's", async () => {
    await start(mesh(3, { gateway: { addressType: "hostname" }, sampleApps: { helloworld: HELLOWORLD } }));
    for (const index of [1, 2, 3]) {
      const name = `cluster${index}`;
      fake.dns.set(`${name}.example.org`, `198.51.100.${index}`);
      fake.cluster(name).change<V1Service>("services", "istio-eastwestgateway", (service) => {
        service.status = { loadBalancer: { ingress: [{ hostname: `${name}.example.org` }] } };
      });
    }
    expect(failedRows(await verify())).toEqual([]);
    // Another address on the right port, which no gateway of a peer has.
    fake.cluster("cluster1").onExec = ({ command }) =>
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
    const { signing, root } = fake.cluster("cluster2").trust;
    const leaf = await signing.sign("", { isCa: false, from: -2, to: -1 });
    fake.cluster("cluster2").trust = { root, signing, chain: leaf.certificate + signing.certificate };
    const report = await verify();
    expect(failedRows(report)).toEqual(["signer cluster2"]);
    expect(detailOf(report, "signer cluster2")).toContain("expired");
  });

  test("a proxy's certificate that the signing CA did not sign", async () => {
    await start();
    const { signing, root } = fake.cluster("cluster2").trust;
    const twin = await TestCa.root("cluster2");
    const leaf = await twin.sign("", { isCa: false });
    fake.cluster("cluster2").trust = { root, signing, chain: leaf.certificate + signing.certificate };
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

describe("no wolf is cried", () => {
  test("over one command that fails", async () => {
    await start();
    const seen = new Set<string>();
    for (const name of ["cluster1", "cluster2", "cluster3"]) {
      fake.cluster(name).onExec = ({ pod, command }) => {
        const key = `${pod} ${command.join(" ")}`;
        if (seen.has(key)) return undefined;
        seen.add(key);
        throw new Error("container not running");
      };
    }
    const report = await verify();
    expect(failedRows(report)).toEqual([]);
    expect(detailOf(report, "remote-sync cluster1 -> cluster2")).toContain("container not running");
  });

  test("over pods that are on their way out", async () => {
    await start();
    fake
      .cluster("cluster1")
      .addPod("istio-system", "istiod", ["discovery"], { deletionTimestamp: new Date() });
    fake.cluster("cluster1").onExec = ({ pod }) => {
      if (pod === "istiod-cluster1-5") throw new Error("it ends");
      return undefined;
    };
    const asked = (fake.cluster("cluster1").objects("pods") as V1Pod[]).at(-1)?.metadata?.name;
    expect(asked).toBe("istiod-cluster1-5");
    expect(failedRows(await verify())).toEqual([]);
  });

  test("just after a rotation, where proxies only have to renew", async () => {
    await start();
    const renewed = await TestCa.root("Root");
    const signing = await renewed.sign("cluster2");
    fake.cluster("cluster2").change<V1Secret>("secrets", "cacerts", ({ data, metadata }) => {
      data!["ca-cert.pem"] = Buffer.from(signing.certificate).toString("base64");
      metadata!.managedFields = [{ time: new Date() }];
    });
    const report = await verify();
    expect(failedRows(report)).toEqual(["signer cluster2"]);
    expect(detailOf(report, "signer cluster2")).toMatch(/wait until \d{4}-\d\d-\d\dT/);
    expect(detailOf(report, "signer cluster2")).not.toMatch(/restart it/);
  });

  test("over a root that has just been changed", async () => {
    await start();
    const other = (await TestCa.root("Other")).certificate;
    const encoded = (pem: string) => Buffer.from(pem).toString("base64");
    const { root } = fake.cluster("cluster2").trust;
    for (const name of ["cluster1", "cluster2", "cluster3"]) {
      fake.cluster(name).change<V1Secret>("secrets", "cacerts", ({ data, metadata }) => {
        data!["root-cert.pem"] = encoded(root + other);
        metadata!.managedFields = [{ time: new Date() }];
      });
    }
    const report = await verify({ only: ["root"] });
    expect(detailOf(report, "root cluster2")).toMatch(/wait until/);
    fake.cluster("cluster2").change<V1Secret>("secrets", "cacerts", ({ metadata }) => {
      metadata!.managedFields = [{ time: new Date(Date.now() - 3_600_000) }];
    });
    expect(detailOf(await verify({ only: ["root"] }), "root cluster2")).toMatch(/rollout restart/);
  });

  test("over an adopted istiod that observes others as well, or has its CA elsewhere", async () => {
    const root = await TestCa.root("Root");
    const adopted = cluster(2, {
      adopt: ["istiod"],
      rootCertificate: root.certificate,
      gateway: { enabled: true },
    });
    await start({ clusters: [cluster(1), adopted, cluster(3)], sampleApps: { helloworld: HELLOWORLD } });
    const own = fake.cluster("cluster2");
    own.add("secrets", {
      metadata: { name: "theirs", namespace: "istio-system", labels: { "istio/multiCluster": "true" } },
      data: { stranger: "" },
    });
    const report = await verify({ only: ["remote-sync"] });
    expect(failedRows(report)).toEqual([]);
    expect(detailOf(report, "remote-sync cluster2")).toMatch(/stranger.*Secret istio-system\/theirs/);
    own.change("secrets", "cacerts");
    own.change<V1ConfigMap>("configmaps", "istio-ca-root-cert", ({ data }) => {
      data!["root-cert.pem"] = root.certificate;
    });
    const trust = await verify({ only: ["root", "signer"] });
    expect(detailOf(trust, "root cluster2")).not.toContain("missing");
    expect(detailOf(trust, "signer cluster2")).not.toContain("missing");
  });

  test("a stranger of a cluster of ours fails, by the name of its Secret, and nobody is told to delete it", async () => {
    await start();
    fake.cluster("cluster1").add("secrets", {
      metadata: { name: "theirs", namespace: "istio-system", labels: { "istio/multiCluster": "true" } },
      data: { stranger: "" },
    });
    const report = await verify({ only: ["remote-sync"] });
    expect(failedRows(report)).toEqual(["remote-sync cluster1"]);
    expect(detailOf(report, "remote-sync cluster1")).toMatch(
      /stranger \(Secret istio-system\/theirs\).*whoever made/,
    );
  });

  test("waits, if told to, until all is as planned", async () => {
    await start();
    fake.closed.add("cluster2");
    setTimeout(() => fake.closed.delete("cluster2"), 500);
    expect((await verify({ only: ["gateway"], waitSeconds: 20 })).ok).toBe(true);
  });
});

describe("what cannot be looked at", () => {
  test("is told from what is amiss: an API that cannot be reached, or refuses", async () => {
    await start();
    fake.cluster("cluster3").rights = () => false;
    const { result, ok, checks } = await verify({ only: ["api", "network", "root"] });
    expect({ ok, result }).toEqual({ ok: false, result: "could-not-look" });
    const failed = checks.filter(({ status }) => status === "failed");
    expect(failed.every(({ couldNotLook }) => couldNotLook)).toBe(true);
    expect(failed.every(({ detail }) => detail.includes("cluster3"))).toBe(true);
  });

  test("gives way to what is amiss for certain", async () => {
    await start();
    fake.cluster("cluster3").rights = () => false;
    fake.cluster("cluster2").change<V1Namespace>("namespaces", "istio-system", ({ metadata }) => {
      metadata!.labels = {};
    });
    expect((await verify({ only: ["network"] })).result).toBe("not-as-planned");
  });
});
