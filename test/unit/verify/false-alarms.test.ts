import type { V1ConfigMap, V1Namespace, V1Pod, V1Secret } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { planMesh } from "../../../components";
import { TestCa } from "../../support/ca";
import { fakeMeshTests, HELLOWORLD } from "../../support/fake-mesh-tests";
import { cluster, mesh } from "../../support/specs";
import { detailOf, failedRows } from "../../support/report-rows";

const meshTests = fakeMeshTests();
const { start, verify } = meshTests;

describe("no wolf is cried", () => {
  test("over one command that fails", async () => {
    await start();
    const seen = new Set<string>();
    for (const name of ["cluster1", "cluster2", "cluster3"]) {
      meshTests.fake.cluster(name).onExec = ({ pod, command }) => {
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
    meshTests.fake
      .cluster("cluster1")
      .addPod("istio-system", "istiod", ["discovery"], { deletionTimestamp: new Date() });
    meshTests.fake.cluster("cluster1").onExec = ({ pod }) => {
      if (pod === "istiod-cluster1-5") throw new Error("it ends");
      return undefined;
    };
    const asked = (meshTests.fake.cluster("cluster1").objects("pods") as V1Pod[]).at(-1)?.metadata?.name;
    expect(asked).toBe("istiod-cluster1-5");
    expect(failedRows(await verify())).toEqual([]);
  });

  test("just after a rotation, where proxies only have to renew", async () => {
    await start();
    const renewed = await TestCa.root("Root");
    const signing = await renewed.sign("cluster2");
    meshTests.fake.cluster("cluster2").change<V1Secret>("secrets", "cacerts", ({ data, metadata }) => {
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
    const { root } = meshTests.fake.cluster("cluster2").trust;
    for (const name of ["cluster1", "cluster2", "cluster3"]) {
      meshTests.fake.cluster(name).change<V1Secret>("secrets", "cacerts", ({ data, metadata }) => {
        data!["root-cert.pem"] = encoded(root + other);
        metadata!.managedFields = [{ time: new Date() }];
      });
    }
    const report = await verify({ only: ["root"] });
    expect(detailOf(report, "root cluster2")).toMatch(/wait until/);
    meshTests.fake.cluster("cluster2").change<V1Secret>("secrets", "cacerts", ({ metadata }) => {
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
    const own = meshTests.fake.cluster("cluster2");
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
    meshTests.fake.cluster("cluster1").add("secrets", {
      metadata: { name: "theirs", namespace: "istio-system", labels: { "istio/multiCluster": "true" } },
      data: { stranger: "" },
    });
    const report = await verify({ only: ["remote-sync"] });
    expect(failedRows(report)).toEqual(["remote-sync cluster1"]);
    expect(detailOf(report, "remote-sync cluster1")).toMatch(
      /stranger \(Secret istio-system\/theirs\).*whoever made/,
    );
  });

  test("an istiod that has its clusters from the Secrets of before, which is said", async () => {
    const links = planMesh(mesh(2));
    const fake = await start(mesh(2));
    const report = await verify({}, { ...links, remoteSecrets: { per: "observer", migrating: true } });
    expect(failedRows(report)).toEqual([
      "reader-credential cluster1 -> cluster2",
      "reader-credential cluster2 -> cluster1",
    ]);
    expect(detailOf(report, "remote-sync cluster1 -> cluster2")).toBe(
      "synced on 1 istiod, until it is restarted from istio-system/istio-remote-secret-cluster2",
    );
    for (const [observer, observed] of [
      ["cluster1", "cluster2"],
      ["cluster2", "cluster1"],
    ] as const) {
      fake.cluster(observer).addCredential("istio-remote-secrets", fake.cluster(observed));
    }
    expect(
      failedRows(await verify({}, { ...links, remoteSecrets: { per: "observer", migrating: true } })),
    ).toEqual([]);
  });

  test("waits, if told to, until all is as planned", async () => {
    await start();
    meshTests.fake.closed.add("cluster2");
    setTimeout(() => meshTests.fake.closed.delete("cluster2"), 500);
    expect((await verify({ only: ["gateway"], waitSeconds: 20 })).ok).toBe(true);
  });
});

describe("what cannot be looked at", () => {
  test("is told from what is amiss: an API that cannot be reached, or refuses", async () => {
    await start();
    meshTests.fake.cluster("cluster3").rights = () => false;
    const { result, ok, checks } = await verify({ only: ["api", "network", "root"] });
    expect({ ok, result }).toEqual({ ok: false, result: "could-not-look" });
    const failed = checks.filter(({ status }) => status === "failed");
    expect(failed.every(({ couldNotLook }) => couldNotLook)).toBe(true);
    expect(failed.every(({ detail }) => detail.includes("cluster3"))).toBe(true);
  });

  test("gives way to what is amiss for certain", async () => {
    await start();
    meshTests.fake.cluster("cluster3").rights = () => false;
    meshTests.fake.cluster("cluster2").change<V1Namespace>("namespaces", "istio-system", ({ metadata }) => {
      metadata!.labels = {};
    });
    expect((await verify({ only: ["network"] })).result).toBe("not-as-planned");
  });
});
