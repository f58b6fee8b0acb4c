import { beforeAll, describe, expect, test } from "vitest";
import { type IdentitySpec, type MeshSpec, validateMesh } from "../../../components";
import { TestCa } from "../../support/ca";
import { testRules } from "../../support/rules";
import { cluster, importing, mesh, service } from "../../support/specs";
import { by, clusters, federating, spire } from "../../support/spire-specs";

const istiod = (values: Record<string, unknown>) => spire({}, { istiod: { values } });

const ingressWith = (templates: string) => ({
  routes: [{ service: "web.shop.svc.cluster.local", port: 80 }],
  values: { podAnnotations: { "inject.istio.io/templates": templates } },
});

describe("SPIRE", () => {
  testRules({
    "settings of it where istiod issues": {
      bad: by({ spire: {} }),
      path: "identity.spire",
      message: "has no effect without identity.provider: spire",
      good: spire(),
    },
    "federation where istiod issues": {
      bad: by({ provider: "istiod", federation: [["cluster1", "cluster2"]] }),
      path: "identity.federation",
      message: "has no effect without identity.provider: spire",
      good: by({ provider: "istiod" }),
    },
    "a cluster whose CA would have the name of the one above another's SPIRE": {
      bad: by({ provider: "spire" }, { clusters: [cluster(1), cluster(2, { name: "cluster1-spire" })] }),
      path: "clusters[1].name",
      message: "must not be cluster1-spire beside cluster1",
      good: spire(
        { upstream: { secret: "ca" } },
        { clusters: [cluster(1), cluster(2, { name: "cluster1-spire" })] },
      ),
    },
    "two who sign": {
      bad: spire({ upstream: { issuer: "root", secret: "ca" } }),
      path: "identity.spire.upstream",
      message: "has both issuer and secret",
      good: spire({ upstream: { secret: "ca" } }),
    },
    "a kind of no issuer": {
      bad: spire({ upstream: { kind: "Issuer" } }),
      path: "identity.spire.upstream.kind",
      message: "has no effect without issuer",
      good: spire({ upstream: { issuer: "root", kind: "Issuer" } }),
    },
    "an epoch of a root that is not made here": {
      bad: spire({ upstream: { issuer: "root", rootEpoch: 2 } }),
      path: "identity.spire.upstream.rootEpoch",
      message: "has no effect on a root that is not made by the program",
      good: spire({ upstream: { rootEpoch: 2 } }),
    },
    "settings of SPIRE that others installed": {
      bad: spire({ existing: {}, svidTtl: "1h" }),
      path: "identity.spire.svidTtl",
      message: "has no effect on SPIRE that others installed; remove it, or existing",
      good: spire({ existing: { className: "mesh" } }),
    },
    "the socket without which proxies ask istiod": {
      bad: spire({ existing: { socketFile: "socket" } }),
      path: "identity.spire.existing.socketFile",
      message: "takes a certificate of istiod without a word",
      good: spire({ existing: { socketFile: "agent.sock" } }),
    },
    "a socket's folder": {
      bad: spire({ existing: { socketFile: "/run/spire/agent.sock" } }),
      path: "identity.spire.existing.socketFile",
      message: '"/run/spire/agent.sock" is no file name',
      good: spire({ existing: {} }),
    },
    "agents that OpenShift lets not start": {
      bad: spire({}, { clusters: [cluster(1, { platform: "openshift", istioCni: true })] }),
      path: "clusters[0].platform",
      message: "is openshift, where security context constraints and SELinux keep SPIRE's agents",
      good: spire({ existing: {} }, { clusters: [cluster(1, { platform: "openshift", istioCni: true })] }),
    },
    "a text that is no duration": {
      bad: spire({ caTtl: "1 day" }),
      path: "identity.spire.caTtl",
      message: '"1 day" is no duration',
      good: spire({ caTtl: "86400s" }),
    },
    "a CA that ends before others hear of its root": {
      bad: spire({ caTtl: "14m", svidTtl: "2m" }),
      path: "identity.spire.caTtl",
      message:
        "is 14m, so a CA under a new root would sign before other trust domains have heard of that root",
      good: spire({ caTtl: "15m", svidTtl: "2m" }),
    },
    "certificates that outlive their CA": {
      bad: spire({ svidTtl: "5h" }),
      path: "identity.spire.svidTtl",
      message: "is 5h, but a CA signs until a sixth of its life (caTtl, 24h) is left",
      good: spire({ svidTtl: "4h" }),
    },
    "asking more often than SPIRE does": {
      bad: spire({ refreshHint: "30s" }),
      path: "identity.spire.refreshHint",
      message: "is 30s; SPIRE asks at most once a minute",
      good: spire({ refreshHint: "1m" }),
    },
    "a link between trust domains that do not know each other": {
      bad: federating([]),
      path: "identity.federation",
      message: "lacks cluster1 and cluster2, which are linked and of different trust domains",
      good: federating([["cluster1", "cluster2"]]),
    },
    "an import between such": {
      bad: federating([], importing("cluster1>cluster2", [service()], [{ services: {} }], { clusters })),
      path: "identity.federation",
      message: "lacks cluster1 and cluster2",
      good: federating([], { links: [] }),
    },
    "federation with a cluster that there is not": {
      bad: federating([["cluster1", "cluster2", "cluster9"]]),
      path: "identity.federation[0][2]",
      message: '"cluster9" is not a cluster of this mesh',
      good: federating([["cluster1", "cluster2"]]),
    },
    "an old Istio": {
      bad: spire({}, { ...mesh(1), istio: { version: "1.29.1" } }),
      path: "istio.version",
      message: "is 1.29.1 in cluster1; SPIRE needs Istio 1.29.2 or newer",
      good: spire({}, { ...mesh(1), istio: { version: "1.29.2" } }),
    },
    "a lifetime of certificates that istiod does not issue": {
      bad: spire({}, { workloadCertificates: { ttlMinutes: 60 } }),
      path: "workloadCertificates.ttlMinutes",
      message: "has no effect on certificates of SPIRE",
      good: by({}, { workloadCertificates: { ttlMinutes: 60 } }),
    },
    ambient: {
      bad: spire({}, { ...mesh(1), istiod: { values: { profile: "ambient" } } }),
      path: "clusters[0].istiod.values",
      message: "turns ambient on",
      good: istiod({ profile: "stable" }),
    },
    "a list of injection templates without SPIRE's": {
      bad: spire(
        {},
        { ...mesh(1), istiod: { values: { sidecarInjectorWebhook: { defaultTemplates: ["sidecar"] } } } },
      ),
      path: "clusters[0].istiod.values.sidecarInjectorWebhook.defaultTemplates",
      message: "without which pods get no socket of SPIRE",
      good: istiod({ sidecarInjectorWebhook: { defaultTemplates: ["sidecar", "spire", "own"] } }),
    },
    "such a list of a gateway": {
      bad: spire(
        {},
        {
          ...mesh(1),
          gateway: { values: { podAnnotations: { "inject.istio.io/templates": "gateway,own" } } },
        },
      ),
      path: 'clusters[0].gateway.values.podAnnotations["inject.istio.io/templates"]',
      message: "without the template spire",
      good: spire(
        {},
        { gateway: { values: { podAnnotations: { "inject.istio.io/templates": "gateway,spire,own" } } } },
      ),
    },
    "such a list of an ingress gateway": {
      bad: spire({}, { clusters: [cluster(1, { ingress: ingressWith("gateway") })] }),
      path: 'clusters[0].ingress.values.podAnnotations["inject.istio.io/templates"]',
      message: "without the template spire",
      good: spire({}, { clusters: [cluster(1, { ingress: ingressWith("gateway,spire") })] }),
    },
    "another socket": {
      bad: spire(
        {},
        {
          ...mesh(1),
          istiod: {
            values: {
              meshConfig: {
                defaultConfig: { proxyMetadata: { WORKLOAD_IDENTITY_SOCKET_FILE: "socket" } },
              },
            },
          },
        },
      ),
      path: "clusters[0].istiod.values.meshConfig.defaultConfig.proxyMetadata.WORKLOAD_IDENTITY_SOCKET_FILE",
      message: "is set here already, to SPIRE's socket",
      good: spire(),
    },
  });
});

describe("what SPIRE cannot be beside", () => {
  let root: TestCa;
  beforeAll(async () => {
    root = await TestCa.root("root");
  });
  const paths = (spec: MeshSpec) => validateMesh(spec).map(({ path }) => path);

  test("is an istiod that others installed, which would give no pod the socket", () => {
    const adopting = cluster(1, { adopt: ["istiod"], rootCertificate: root.certificate });
    expect(paths(spire({}, { clusters: [adopting] }))).toEqual(["clusters[0].adopt"]);
    expect(paths(by({}, { clusters: [adopting] }))).toEqual([]);
  });

  test("is a revocation list, without which for its CAs proxies would accept no certificate", async () => {
    const ca = await root.sign("ca");
    const provided = {
      rootCertificate: root.certificate,
      intermediates: { cluster1: { certificate: ca.certificate, privateKeySecret: "key" } },
      crl: `${await root.crl([])}\n${await ca.crl([])}`,
    };
    const of = (identity: IdentitySpec, crl?: string): MeshSpec => ({
      ...mesh(1),
      ca: { provided: { ...provided, crl } },
      identity,
    });
    expect(paths(of({ provider: "spire" }, provided.crl))).toEqual(["ca.provided.crl"]);
    expect(paths(of({ provider: "spire" }))).toEqual([]);
    expect(paths(of({}, provided.crl))).toEqual([]);
  });
});
