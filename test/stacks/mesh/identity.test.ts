import { beforeAll, describe, expect, test } from "vitest";
import type { MeshSpec, SpireSpec } from "../../../components";
import { TestCa } from "../../support/ca";
import { allBefore, componentsOf, find, istiodCall, listOf } from "../../support/components";
import { deploy, LOAD_BALANCER, meshProgram } from "../../support/deploy";
import { type MockCluster, runFailingProgram } from "../../support/mocks";
import { cluster } from "../../support/specs";

let told: MockCluster;
beforeAll(async () => {
  told = { ...LOAD_BALANCER, configMapData: { "bundle.crt": (await TestCa.root("root")).certificate } };
});

const spire = (settings: SpireSpec = {}, changes: Partial<MeshSpec> = {}): MeshSpec => ({
  clusters: [cluster(1, { trustDomain: "foo.com" }), cluster(2, { trustDomain: "bar.com" })],
  identity: { provider: "spire", spire: settings },
  ...changes,
});

describe("a mesh whose identities are SPIRE's", () => {
  test("has in each cluster a server, agents, what it knows of the other, and identities", async () => {
    const { registrations } = await deploy(spire(), told);
    const own = componentsOf(registrations).filter((text) =>
      /Spire|Federation|Identit|RootCA|spire-ca/.test(text),
    );
    expect(own.sort()).toEqual([
      "IntermediateCA cluster1-spire-ca",
      "IntermediateCA cluster2-spire-ca",
      "RootCA root-ca",
      "RootCA spire-root.bar.com",
      "RootCA spire-root.foo.com",
      "SpireAgent cluster1-spire-agent",
      "SpireAgent cluster2-spire-agent",
      "SpireServer cluster1-spire-server",
      "SpireServer cluster2-spire-server",
      "TrustDomainFederation cluster1.federates.bar.com",
      "TrustDomainFederation cluster2.federates.foo.com",
      "WorkloadIdentities cluster1-identities",
      "WorkloadIdentities cluster2-identities",
    ]);
  });

  test("tells a server the other's roots before anybody is to know them, and proxies start last", async () => {
    const { registrations } = await deploy(
      spire({}, { sampleApps: { helloworld: { cluster1: ["v1"] } } }),
      told,
    );
    const identities = allBefore(registrations, "cluster1-identities:istio-multicluster");
    expect([...identities]).toContain("ClusterFederatedTrustDomain cluster1.federates.bar.com:bar.com");
    const federation = allBefore(registrations, "cluster1.federates.bar.com:bar.com");
    expect([...federation]).toContain("ConfigMap cluster2-spire-server-bundle");
    const application = allBefore(registrations, "cluster1-sample-apps:sample");
    expect([...application]).toContain("ClusterSPIFFEID cluster1-identities:istio-multicluster");
    expect([...application]).toContain("DaemonSet cluster1-spire-agent:spire/spire-agent");
  });

  test("has roots that may have two CAs below one another, SPIRE's below the one made here", async () => {
    const { registrations } = await deploy(spire(), told);
    expect(find(registrations, "spire-root.foo.com-certificate").inputs).toMatchObject({
      maxPathLength: 2,
      subject: { commonName: "SPIRE root 1 of foo.com" },
    });
    expect(find(registrations, "root-ca-certificate").inputs).toMatchObject({ maxPathLength: 1 });
    const before = [...allBefore(registrations, "cluster1-spire-server-upstream")];
    expect(before).toContain("LocallySignedCert cluster1-spire-ca-certificate");
  });

  test("gets other roots beside which the servers still tell those before", async () => {
    const { registrations } = await deploy(spire({ upstream: { rootEpoch: 2 } }), told);
    const names = componentsOf(registrations).filter((text) => text.startsWith("RootCA"));
    expect(names).toContain("RootCA spire-root.foo.com.2");
    expect(names).not.toContain("RootCA spire-root.foo.com");
  });

  test("has no key of SPIRE's where an issuer signs", async () => {
    const { registrations } = await deploy(spire({ upstream: { issuer: "root" } }), told);
    const keys = listOf(registrations).filter((text) => text.startsWith("tls:") && text.includes("spire"));
    expect(keys).toEqual([]);
    expect(listOf(registrations)).not.toContain("kubernetes:core/v1:Secret cluster1-spire-server-upstream");
  });

  test("lets istiods bring SPIRE's socket into pods, under a name without a way back to istiod", async () => {
    const { chartCalls } = await deploy(spire(), told);
    const { values } = istiodCall(chartCalls, "cluster1").options;
    expect(values).toMatchObject({
      meshConfig: {
        trustDomain: "foo.com",
        caCertificates: [{ trustDomains: ["bar.com"] }],
        defaultConfig: { proxyMetadata: { WORKLOAD_IDENTITY_SOCKET_FILE: "spire-agent.sock" } },
      },
      sidecarInjectorWebhook: {
        templates: { spire: expect.stringContaining("driver: csi.spiffe.io") },
        defaultTemplates: ["sidecar", "spire"],
      },
    });
  });

  test("pulls its images by Secrets of the names by which Istio's are", async () => {
    const { registrations } = await deploy(spire({}, { istio: { imagePullSecrets: ["pull"] } }), told);
    const imagePullSecrets = [{ name: "pull" }];
    for (const account of [
      "cluster1-spire-server:spire/spire-server",
      "cluster1-spire-agent:spire/spire-agent",
    ])
      expect(find(registrations, account, "ServiceAccount").inputs).toMatchObject({ imagePullSecrets });
  });

  test("puts its servers on nodes whose taints it names", async () => {
    const tolerations = [{ key: "dedicated", operator: "Exists" }] as const;
    const { registrations } = await deploy(spire({ tolerations }), told);
    const server = find(registrations, "cluster1-spire-server:spire/spire-server", "StatefulSet");
    expect(server.inputs).toMatchObject({ spec: { template: { spec: { tolerations } } } });
  });

  test("keeps a namespace that has to be there before", async () => {
    const namespaces = async (settings: SpireSpec) =>
      listOf((await deploy(spire(settings), told)).registrations).filter(
        (text) => text === "kubernetes:core/v1:Namespace cluster1-spire-server:spire",
      );
    expect(await namespaces({})).toHaveLength(1);
    expect(await namespaces({ upstream: { secret: "ca" } })).toEqual([]);
    expect(await namespaces({ upstream: { issuer: "root", kind: "Issuer" } })).toEqual([]);
  });
});

describe("a mesh whose identities are of a SPIRE that others installed", () => {
  const existing = { className: "mesh", socketFile: "workloads.sock" };

  test("has nothing of SPIRE but identities of its class, which know the other trust domain", async () => {
    const { registrations } = await deploy(spire({ existing }), told);
    const own = listOf(registrations).filter((text) => /spire|Spire|Federat|SPIFFE|Identities/.test(text));
    expect(own.sort()).toEqual([
      "istio-multicluster:index:WorkloadIdentities cluster1-identities",
      "istio-multicluster:index:WorkloadIdentities cluster2-identities",
      "kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID cluster1-identities:istio-multicluster",
      "kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID cluster2-identities:istio-multicluster",
      "pulumi:index:Stash unchangeable-spire",
    ]);
    expect(find(registrations, "cluster1-identities:istio-multicluster").inputs["spec"]).toMatchObject({
      className: "mesh",
      federatesWith: ["bar.com"],
    });
    const gateway = allBefore(registrations, "cluster1-gateway-chart");
    expect([...gateway]).toContain("ClusterSPIFFEID cluster1-identities:istio-multicluster");
  });

  test("lets istiods bring that one's socket into pods", async () => {
    const { chartCalls } = await deploy(spire({ existing }), told);
    expect(istiodCall(chartCalls, "cluster1").options.values).toMatchObject({
      meshConfig: { defaultConfig: { proxyMetadata: { WORKLOAD_IDENTITY_SOCKET_FILE: "workloads.sock" } } },
      sidecarInjectorWebhook: { defaultTemplates: ["sidecar", "spire"] },
    });
  });
});

test("servers of one trust domain under different roots are refused", async () => {
  const other = (await TestCa.root("other")).certificate;
  const clusters = [cluster(1), cluster(2)];
  const { failures } = await runFailingProgram(() => meshProgram(spire({}, { clusters })), {
    ...told,
    kept: { "cluster2-spire-server-bundle": { data: { "bundle.crt": other } } },
  });
  expect(failures.join("\n")).toContain(
    "the SPIRE servers of cluster1 and cluster2, both of the trust domain cluster.local, are under different roots",
  );
  await expect(deploy(spire({}, { clusters }), told)).resolves.toBeDefined();
});

describe("of a deployed mesh", () => {
  const HERE = "here, in its own namespace";
  test.each<[string, string, SpireSpec]>([
    [HERE, "here, in a namespace that others made", { upstream: { secret: "ca" } }],
    [HERE, "here, in a namespace that others made", { upstream: { issuer: "root", kind: "Issuer" } }],
    [HERE, "others", { existing: {} }],
    ["others", HERE, {}],
  ])("SPIRE cannot go from %s to %s", async (before, after, settings) => {
    const { failures, registrations } = await runFailingProgram(() => meshProgram(spire(settings)), {
      ...told,
      stashed: { unchangeable: "cluster.local; identities by SPIRE", "unchangeable-spire": before },
      preview: true,
    });
    expect(failures.join("\n")).toContain(`cannot change from ${before} to ${after}: what was made here`);
    expect(registrations.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
  });

  test("its upstream can, between such that leave the namespace alone", async () => {
    const stashed = { unchangeable: "cluster.local; identities by SPIRE", "unchangeable-spire": HERE };
    await expect(
      deploy(spire({ upstream: { issuer: "root" } }), { ...told, stashed }),
    ).resolves.toBeDefined();
  });

  test("one that stays is no change", async () => {
    const stashed = { unchangeable: "cluster.local; identities by SPIRE" };
    await expect(deploy(spire(), { ...told, stashed })).resolves.toBeDefined();
  });
});
